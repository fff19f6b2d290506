#include "table.hpp"
#include "targets.hpp"

namespace isoflop::fuzz {

void tsv(std::string_view input) { read_table(input, TableFormat::kTsv); }

}  // namespace isoflop::fuzz
