/// Wide tables: one column per run, budget or size. Private to src/io.
#pragma once

#include <string>

#include "isoflop/io/text_table.hpp"

namespace isoflop {

/// The long form of a wide table: of each row one row per column across, with that column's name
/// and field. `words` is [ACROSS=]VALUE, the names of these two columns. A corner such as
/// "dim \ budget" names the first column and ACROSS. Throws DataError where no column lies across.
TextTable melted(TextTable wide, const std::string& words);

/// How to read a table that looks wide: "" if it does not, else a clause that names the option.
std::string melt_advice(const TextTable& table);

}  // namespace isoflop
