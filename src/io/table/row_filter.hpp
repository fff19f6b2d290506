/// Which rows of a table count. Private to src/io.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "isoflop/io/records.hpp"
#include "isoflop/io/text_table.hpp"

namespace isoflop {

/// Takes out of `rows` (positions in the table) those that fail `condition`; what was dropped, with
/// `count` 0 if nothing was. Throws like read_records.
DroppedRows keep_where(const TextTable& table, const Condition& condition,
                       std::vector<std::size_t>& rows);

/// Keeps of `rows` the one of lowest `loss_of` in each cell, the first of equals. A cell is the
/// rows with the same values in `columns`, compared as numbers where a column holds only numbers.
DroppedRows keep_best_of(const TextTable& table, const std::vector<std::string>& columns,
                         const std::function<double(std::size_t)>& loss_of,
                         std::vector<std::size_t>& rows);

/// The condition as parse_condition reads it.
std::string to_text(const Condition& condition);

}  // namespace isoflop
