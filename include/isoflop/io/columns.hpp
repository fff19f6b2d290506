/// A table in memory: what a caller has in place of a file.
#pragma once

#include <string>
#include <vector>

#include "isoflop/io/text_table.hpp"

namespace isoflop {

/// One column: numbers, NaN where one is missing, or texts, "" where one is.
struct Column {
  std::string name;
  std::vector<double> numbers;     ///< [num_rows], or empty
  std::vector<std::string> texts;  ///< [num_rows], or empty
};

using Columns = std::vector<Column>;

/// The same as a table of text, whose numbers read back to the last bit; its lines count the rows
/// from 1. Throws DataError, with `name` for a path, for columns of different length, without or
/// with the same name, or no row.
TextTable table_of(const Columns& columns, const std::string& name);

}  // namespace isoflop
