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

/// A row counts if the field in `column` compares so with `value`: as numbers, row by row, where
/// `value` is a number or nan or inf; as text otherwise. A missing field (NaN and None among them)
/// equals an empty value, and is neither below nor above anything; a field that is no number beside
/// a `value` that is one equals nothing, and the log says so.
struct Condition {
  std::string column;  ///< as the header spells it
  Comparison comparison = Comparison::kEqual;
  std::string value;  ///< empty only with kEqual and kNotEqual, where it means a missing field
};

/// Reads 'COL=VALUE', with '!=', '<', '>', '<=' or '>=' in place of '='; blanks around the parts do
/// not count. Throws InvalidArgument for anything else.
Condition parse_condition(std::string_view text);

struct RecordOptions {
  TableOptions table;  ///< how the file is read
  /// By key: the keys of kVariables and of own variables, "loss", "weight", "group". A column, or
  /// an expression of columns such as "C/(6*N)"; for "group" also several columns with commas
  /// between them. A key that is not here has its default column: the symbol of the variable, or
  /// the key itself, or else the one column whose name says that it holds this
  /// (docs/reference/tables.md).
  std::map<std::string, std::string> columns;
  /// Key, and default column, of what the law predicts. "loss" in the text below stands for it.
  std::string target = "loss";
  /// Nats per token in one unit of the loss column: 1, or ln 2 times the bytes per token where the
  /// losses are bits per byte.
  double loss_unit = 1.0;
  bool is_perplexity = false;           ///< the loss is the logarithm of its column
  bool any_sign = false;                ///< losses may be zero or below
  std::vector<Condition> where;         ///< a row has to meet all of them
  std::vector<std::string> best_of;     ///< columns whose values together name a cell
  std::vector<std::string> extra = {};  ///< further columns, which are kept as text
  std::string last_of = {};  ///< of rows alike in this column the one of most tokens, or the last
  bool strict = false;       ///< refuse what would have to be guessed
  /// What the own variables among the needed ones are (VariableInfo::column: their default column).
  std::vector<VariableInfo> own = {};
  /// Variables that are read where `columns` names theirs or the table has it; none is computed
  /// from others.
  std::vector<Variable> optional = {};
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
  std::vector<std::string> read_as;            ///< what was not read as it stands, or guessed
};

struct Records {
  RunTable runs;  ///< with lines; in the order of the file
  RecordLog log;
  /// By column, those of RecordOptions::extra: the fields of the runs as the file spells them.
  std::map<std::string, std::vector<std::string>> extra = {};
};

/// Reads the columns of `needed` (each variable once) and the loss, and weight and group where the
/// table has such a column or options.columns names one. Of N and D one may be missing where the
/// table has training compute (C = 6 N D) or tokens per parameter. `where` picks rows first; rows
/// of runs that did not finish, and those without a finite loss, are left out; `last_of` and then
/// `best_of` keep one row of each run or cell (the first of equals); then the values of the rows
/// that are left are checked: variables and losses are finite and > 0 (losses of any_sign: finite),
/// weights finite and >= 0;
/// an empty group makes the run a group of its own. Rows with the same run name and N and a growing
/// D are checkpoints: without another group, the run is their group. Fields of extra columns are
/// not checked. Everything that was decided on the way is in the log. Throws DataError for a file
/// read_text_table refuses, a column that is not there (naming the nearest of the same meaning) or
/// there twice, a value that fails its check, no row left, or, if `strict`, the first guess;
/// InvalidArgument for an unknown key in options.columns, an expression that is none, or a
/// condition whose value is no number where the column holds numbers.
Records read_records(const std::string& path, const RecordOptions& options,
                     std::span<const Variable> needed);
/// The same from a table that was read, or made from columns in memory by table_of().
Records read_records(const TextTable& table, const RecordOptions& options,
                     std::span<const Variable> needed);

}  // namespace isoflop
