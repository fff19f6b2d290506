#include "table.hpp"
#include "targets.hpp"

namespace isoflop::fuzz {

void jsonl(std::string_view input) { read_table(input, TableFormat::kJsonl); }

}  // namespace isoflop::fuzz
