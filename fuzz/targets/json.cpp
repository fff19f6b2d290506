#include "table.hpp"
#include "targets.hpp"

namespace isoflop::fuzz {

void json(std::string_view input) { read_table(input, TableFormat::kJson); }

}  // namespace isoflop::fuzz
