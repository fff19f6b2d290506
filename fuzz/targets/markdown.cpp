#include "table.hpp"
#include "targets.hpp"

namespace isoflop::fuzz {

void markdown(std::string_view input) { read_table(input, TableFormat::kMarkdown); }

}  // namespace isoflop::fuzz
