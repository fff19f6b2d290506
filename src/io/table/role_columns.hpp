/// Which column, or arithmetic of columns, a law's variable and its loss are read from. Private to
/// src/io.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "cell_reader.hpp"
#include "isoflop/io/records.hpp"
#include "isoflop/io/text_table.hpp"

namespace isoflop {

/// Where the values of one key come from, and how errors name it.
struct RoleSource {
  std::string label;
  std::optional<std::size_t> column;  ///< else computed
  double scale = 1.0;                 ///< of a unit in the column's name
  Expects expects = Expects::kAny;
  /// [row] NaN where a column that it uses holds no number.
  std::function<double(std::size_t)> computed = {};
  std::vector<std::size_t> inputs = {};  ///< the columns that it uses
};

class RoleColumns {
 public:
  RoleColumns(const TextTable& table, const RecordOptions& options, CellReader& cells,
              Records& records, std::vector<ReadNote>& notes)
      : table_(table), options_(options), cells_(cells), log_(records.log), notes_(notes) {}

  /// The sources of `needed` and of the loss; throws as read_records() does.
  RoleSource target();
  std::vector<std::pair<Variable, RoleSource>> variables(std::span<const Variable> needed);
  /// Those of `wanted` that the table has a column for.
  std::vector<std::pair<Variable, RoleSource>> present(std::span<const Variable> wanted);
  /// A column that may be absent: weight.
  std::optional<RoleSource> optional(const std::string& key);
  /// The columns that name a run's group; empty where none does.
  std::vector<std::size_t> group();

  /// The value of a source in a row, or nothing where its field is no number.
  std::optional<double> value(const RoleSource& source, std::size_t row);

 private:
  struct Role {
    std::string key, symbol, meaning;
    std::string column = {};  ///< default; empty: the symbol
  };
  Role role_of(Variable v) const;
  /// Adds a note, once.
  void say(ReadNote note);
  std::optional<RoleSource> find(const Role& role, bool required);
  std::optional<RoleSource> named(const Role& role);
  std::optional<RoleSource> derived(const Role& role, std::span<const Variable> needed);
  RoleSource expression(const Role& role, const std::string& text);
  RoleSource column(const Role& role, std::size_t index);
  [[noreturn]] void refuse_missing(const Role& role);
  std::optional<std::size_t> only_column(const Role& role, std::string_view quantity);

  const TextTable& table_;
  const RecordOptions& options_;
  CellReader& cells_;
  RecordLog& log_;
  std::vector<ReadNote>& notes_;
  std::vector<std::string> open_;  // keys whose expressions are being read
};

}  // namespace isoflop
