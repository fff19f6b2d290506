/// Training runs from a table file: which columns mean what, which rows count, and a log of both.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isoflop/core/run_table.hpp"
#include "isoflop/core/variable.hpp"
#include "isoflop/io/text_table.hpp"

namespace isoflop {

enum class Comparison { kEqual, kNotEqual, kLess, kGreater, kLessEqual, kGreaterEqual };

/// A row counts if the field in `column` compares so with `value`: as numbers where every field of
/// the column that is not empty is a number as parse_number reads it, as text otherwise. Beside
/// numbers an empty field is equal to no number, and neither below nor above one.
struct Condition {
  std::string column;  ///< as the header spells it
  Comparison comparison = Comparison::kEqual;
  std::string value;  ///< empty only with kEqual and kNotEqual, where it means a missing field
};

/// Reads 'COL=VALUE', with '!=', '<', '>', '<=' or '>=' in place of '='; blanks around the parts do
/// not count. Throws InvalidArgument for anything else.
Condition parse_condition(std::string_view text);

struct RecordOptions {
  /// By key: the keys of kVariables, "loss", "weight", "group". A key that is not here has its
  /// default column: the symbol of the variable, or the key itself.
  std::map<std::string, std::string> columns;
  /// Key, and default column, of what the law predicts. "loss" in the text below stands for it.
  std::string target = "loss";
  /// Nats per token in one unit of the loss column: 1, or ln 2 times the bytes per token where the
  /// losses are bits per byte.
  double loss_unit = 1.0;
  std::vector<Condition> where;         ///< a row has to meet all of them
  std::vector<std::string> best_of;     ///< columns whose values together name a cell
  std::vector<std::string> extra = {};  ///< further columns, which are kept as text
};

/// Rows that do not count, for one reason.
struct DroppedRows {
  std::string reason;  ///< the option that drops them, its name as by field()
  std::size_t count = 0;
  std::vector<std::size_t> lines;  ///< [count] in the order of the file
};

struct RecordLog {
  std::string path;
  std::size_t num_rows_read = 0;
  std::size_t num_rows_used = 0;
  std::map<std::string, std::string> columns;  ///< by key, only those that were read
  std::vector<DroppedRows> dropped;            ///< reasons that dropped at least one row
};

struct Records {
  RunTable runs;  ///< with lines; in the order of the file
  RecordLog log;
  /// By column, those of RecordOptions::extra: the fields of the runs as the file spells them.
  std::map<std::string, std::vector<std::string>> extra = {};
};

/// Reads the columns of `needed` (each variable once) and the loss, and weight and group where the
/// table has such a column or options.columns names one. `where` picks rows first; then `best_of`
/// keeps the row of lowest loss in each cell (the first of equals); then the values of the rows
/// that are left are checked: variables and losses are finite and > 0, weights finite and >= 0;
/// an empty group makes the run a group of its own. Fields of extra columns are not checked. Throws
/// DataError for a file read_text_table refuses, a column that is not there (naming the nearest), a
/// value that fails its check, or no row left; InvalidArgument for an unknown key in
/// options.columns or a condition whose value is no number where the column holds numbers.
Records read_records(const std::string& path, const RecordOptions& options,
                     std::span<const Variable> needed);
/// The same from a table that was read, or made from columns in memory by table_of().
Records read_records(const TextTable& table, const RecordOptions& options,
                     std::span<const Variable> needed);

}  // namespace isoflop
