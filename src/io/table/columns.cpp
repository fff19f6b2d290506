#include "isoflop/io/columns.hpp"

#include <algorithm>
#include <cmath>

#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop {

TextTable table_of(const Columns& columns, const std::string& name) {
  TextTable out;
  out.path = name;
  std::size_t num_rows = 0;
  for (const Column& column : columns) {
    const std::size_t size = std::max(column.numbers.size(), column.texts.size());
    if (column.name.empty()) throw DataError(name, "a column has no name");
    if (std::find(out.header.begin(), out.header.end(), column.name) != out.header.end()) {
      throw DataError(name, "two columns are called " + column.name);
    }
    if (!out.header.empty() && size != num_rows) {
      throw DataError(name, "the column " + column.name + " has " + std::to_string(size) +
                                " rows, the others have " + std::to_string(num_rows));
    }
    num_rows = size;
    out.header.push_back(column.name);
  }
  if (num_rows == 0) throw DataError(name, "has no rows");
  for (std::size_t i = 0; i < num_rows; ++i) {
    std::vector<std::string> row;
    for (const Column& column : columns) {
      const bool is_text = column.numbers.empty();
      const double x = is_text ? 0.0 : column.numbers[i];
      row.push_back(is_text ? column.texts[i] : std::isnan(x) ? "" : format_number(x));
    }
    out.rows.add(row);
    out.line.push_back(i + 1);
  }
  return out;
}

}  // namespace isoflop
