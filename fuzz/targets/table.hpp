/// What the targets of table readers have in common.
#pragma once

#include <string_view>

#include "isoflop/io/text_table.hpp"

namespace isoflop::fuzz {

/// Reads a table of this format, plain and melted, and runs from it.
void read_table(std::string_view input, TableFormat format);

}  // namespace isoflop::fuzz
