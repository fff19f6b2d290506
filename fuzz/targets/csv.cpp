#include "table.hpp"
#include "targets.hpp"

namespace isoflop::fuzz {

void csv(std::string_view input) { read_table(input, TableFormat::kCsv); }

}  // namespace isoflop::fuzz
