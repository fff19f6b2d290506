/// The fields of a table as numbers, however people spell them: what a comma means is decided by
/// the whole table, and what was done is said. Private to src/io.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isoflop/io/text_table.hpp"

namespace isoflop {

/// Missing: blank, or one of NaN, None, null, N/A, NA, "-" and its longer forms.
bool is_missing(std::string_view field);

/// What a number is for, where that tells what a comma with three digits behind it means: no model
/// has 100.000 parameters, and no loss is 3530 nats.
enum class Expects { kAny, kCount, kLoss };

class CellReader {
 public:
  explicit CellReader(const TextTable& table) : table_(table) {}

  /// The number of a field, if it is one; finite. What was done beside reading it as it stands is
  /// kept for notes(). A scale of the header ("N (M)") is applied where the field has none.
  std::optional<double> number(std::size_t row, std::size_t column, double scale = 1.0,
                               Expects expects = Expects::kAny);
  /// The same, with nan and inf as numbers and nothing kept: for conditions.
  std::optional<double> value(std::size_t row, std::size_t column) {
    return value_of_text(table_.rows[row][column], column);
  }
  /// As value(), of a text that stands in the column or nowhere.
  std::optional<double> value_of_text(std::string_view field,
                                      std::optional<std::size_t> column = std::nullopt);

  /// One line for each column and way in which its fields were not read as they stand.
  std::vector<ReadNote> notes() const;

 private:
  struct Spelled {
    std::string how;  // "" = as it stands
    double value;
    bool has_scale;
  };
  /// Which marks the numbers of a column show without doubt.
  struct Evidence {
    bool comma_decimal = false, comma_groups = false, point_decimal = false, point_groups = false;
  };
  /// Where a field stands, and for what; nowhere, for the value of a condition.
  struct Place {
    std::optional<std::size_t> column;
    double scale = 1.0;
    Expects expects = Expects::kAny;
  };
  std::optional<Spelled> read(std::string_view field, const Place& place);
  std::optional<std::string> with_point(std::string_view field, const Place& place,
                                        std::string& how);
  /// What a lone comma with three digits behind it is: ',' between thousands, '.' a decimal point,
  /// '?' two things.
  char lone_comma(const Place& place);
  bool is_lone_point_thousands(const Place& place);
  Evidence evidence_of(std::optional<std::size_t> column);

  struct Count {
    std::size_t fields = 0;
    std::string example;
  };
  const TextTable& table_;
  std::vector<Evidence> evidence_;  // by column, when the first field asks
  std::map<std::pair<std::size_t, std::string>, Count> counts_;  // by column and way
};

}  // namespace isoflop
