// One row of each run or cell.
#include <algorithm>
#include <string_view>
#include <unordered_map>

#include "column_lookup.hpp"
#include "io/plain_text.hpp"
#include "isoflop/core/word_list.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"
#include "row_filter.hpp"

namespace isoflop {

std::optional<std::size_t> first_text_row(const TextTable& table, CellReader& cells,
                                          std::size_t column) {
  std::size_t num_numbers = 0;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const bool is_number = cells.value(row, column).has_value();
    if (!is_number && !is_missing(table.rows[row][column])) return row;
    num_numbers += is_number;
  }
  return num_numbers > 0 ? std::nullopt : std::optional<std::size_t>(0);
}

std::string lines_text(const std::vector<std::size_t>& lines) {
  constexpr std::size_t kMost = 20;
  std::string out = lines.size() == 1 ? "line " : "lines ";
  for (std::size_t i = 0; i < std::min(lines.size(), kMost); ++i) {
    out += (i > 0 ? ", " : "") + std::to_string(lines[i]);
  }
  if (lines.size() > kMost) out += " and " + std::to_string(lines.size() - kMost) + " more";
  return out;
}

std::optional<std::vector<std::size_t>> columns_of(const TextTable& table,
                                                   const std::vector<std::string>& pieces) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < pieces.size();) {
    // The shortest name that is a column; "a,b" only where "a" is none.
    std::string name;
    std::size_t end = i;
    std::optional<std::size_t> column;
    while (end < pieces.size() && !column) {
      name += (end > i ? "," : "") + pieces[end];
      ++end;
      column = column_index(table, name);
      if (!column) column = column_index(table, trimmed(name));
    }
    if (!column) return std::nullopt;
    out.push_back(*column);
    i = end;
  }
  return out;
}

DroppedRows keep_last_of(const TextTable& table, const std::string& column,
                         const std::function<double(std::size_t)>& order_of,
                         std::vector<std::size_t>& rows) {
  const std::size_t index = find_column(table, column, [](const std::string& name) {
    return "write " + field("last_of") + " " + shell_word(name);
  });
  struct Last {
    std::size_t row;
    double order;
  };
  std::unordered_map<std::string_view, Last> last_of_run;
  std::vector<bool> is_last(table.rows.size(), false);
  for (const std::size_t row : rows) {
    const double order = order_of(row);
    const auto [last, is_new] = last_of_run.try_emplace(table.rows[row][index], Last{row, order});
    if (!is_new) {
      if (order < last->second.order) continue;
      is_last[last->second.row] = false;
      last->second = {row, order};
    }
    is_last[row] = true;
  }
  return keep_if(table, field("last_of") + " " + column + ": not the last row of its run", rows,
                 [&](std::size_t row) { return is_last[row]; });
}

DroppedRows keep_best_of(const TextTable& table, CellReader& cells,
                         const std::vector<std::string>& columns,
                         const std::function<double(std::size_t)>& loss_of,
                         std::vector<std::size_t>& rows) {
  struct CellColumn {
    std::size_t index;
    bool is_number;
  };
  std::vector<CellColumn> cell_columns;
  const auto known = columns_of(table, columns);
  for (std::size_t i = 0; i < columns.size() && !known; ++i) {
    find_column(table, columns[i], [&](const std::string& name) {
      std::vector<std::string> corrected = columns;
      corrected[i] = name;
      return "write " + field("best_of") + " " + joined(corrected, ",");
    });
  }
  for (const std::size_t index : known.value()) {
    cell_columns.push_back({index, !first_text_row(table, cells, index)});
  }

  struct Best {
    std::size_t row;
    double loss;
  };
  std::unordered_map<std::string, Best> best_of_cell;
  std::vector<bool> is_best(table.rows.size(), false);
  for (const std::size_t row : rows) {
    std::string cell;
    for (const CellColumn& column : cell_columns) {
      std::string value(table.rows[row][column.index]);
      if (column.is_number) {
        const std::optional<double> number = cells.value(row, column.index);
        value = number ? format_number(*number) : "";
      }
      cell += std::to_string(value.size()) + ":" + value;  // any character may be in a value
    }
    const double loss = loss_of(row);
    const auto [best, is_new] = best_of_cell.try_emplace(std::move(cell), Best{row, loss});
    if (!is_new) {
      if (!(loss < best->second.loss)) continue;
      is_best[best->second.row] = false;
      best->second = {row, loss};
    }
    is_best[row] = true;
  }
  return keep_if(
      table, field("best_of") + " " + joined(columns, ",") + ": not the lowest loss of its cell",
      rows, [&](std::size_t row) { return is_best[row]; });
}

}  // namespace isoflop
