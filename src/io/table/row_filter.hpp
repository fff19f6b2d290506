/// Which rows of a table count. Private to src/io.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "cell_reader.hpp"
#include "isoflop/io/records.hpp"
#include "isoflop/io/text_table.hpp"

namespace isoflop {

/// Takes out of `rows` (positions in the table) those that fail `condition`; what was dropped, with
/// `count` 0 if nothing was. A field beside a number that is none goes to the notes, if its row is
/// among `spoken_for`, in order. Throws like read_records.
DroppedRows keep_where(const TextTable& table, CellReader& cells, const Condition& condition,
                       const std::vector<std::size_t>& spoken_for, std::vector<std::size_t>& rows,
                       std::vector<ReadNote>& notes);

/// Takes out the rows of runs that crashed, failed, still run: where a column called state or
/// status holds such words beside finished, and no condition speaks of it.
DroppedRows keep_finished(const TextTable& table, const std::vector<Condition>& where,
                          std::vector<std::size_t>& rows, std::vector<ReadNote>& notes);

/// Keeps of rows with the same text in `column` the one of largest `order_of`, the last of equals.
DroppedRows keep_last_of(const TextTable& table, const std::string& column,
                         const std::function<double(std::size_t)>& order_of,
                         std::vector<std::size_t>& rows);

/// Keeps of `rows` the one of lowest `loss_of` in each cell, the first of equals. A cell is the
/// rows with the same values in `columns`, compared as numbers where a column holds only numbers.
DroppedRows keep_best_of(const TextTable& table, CellReader& cells,
                         const std::vector<std::string>& columns,
                         const std::function<double(std::size_t)>& loss_of,
                         std::vector<std::size_t>& rows);

/// The columns that `pieces` name, which were split at commas: a name may hold commas itself.
/// Nothing where they name no such columns.
std::optional<std::vector<std::size_t>> columns_of(const TextTable& table,
                                                   const std::vector<std::string>& pieces);

/// "lines 4, 9, 12"; a long list is cut.
std::string lines_text(const std::vector<std::size_t>& lines);

/// The condition as parse_condition reads it.
std::string to_text(const Condition& condition);

/// The first row whose field is a text, or nothing if the column holds numbers and missing fields,
/// at least one number.
std::optional<std::size_t> first_text_row(const TextTable& table, CellReader& cells,
                                          std::size_t column);

/// Takes out of `rows` those that do not count.
template <typename Predicate>
DroppedRows keep_if(const TextTable& table, std::string reason, std::vector<std::size_t>& rows,
                    Predicate counts) {
  DroppedRows dropped{std::move(reason), 0, {}};
  std::erase_if(rows, [&](std::size_t row) {
    if (counts(row)) return false;
    dropped.lines.push_back(table.line[row]);
    return true;
  });
  dropped.count = dropped.lines.size();
  return dropped;
}

}  // namespace isoflop
