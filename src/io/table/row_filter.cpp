#include "row_filter.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string_view>

#include "column_lookup.hpp"
#include "column_names.hpp"
#include "io/in_quotes.hpp"
#include "io/plain_text.hpp"
#include "isoflop/core/word_list.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"
#include "text_readers.hpp"

namespace isoflop {
namespace {

struct ComparisonSign {
  Comparison comparison;
  std::string_view text;
};

/// Longer signs first, so that <= is not read as < before a value "=...".
constexpr std::array<ComparisonSign, 6> kSigns{{
    {Comparison::kNotEqual, "!="},
    {Comparison::kLessEqual, "<="},
    {Comparison::kGreaterEqual, ">="},
    {Comparison::kEqual, "="},
    {Comparison::kLess, "<"},
    {Comparison::kGreater, ">"},
}};

bool is_order(Comparison comparison) {
  return comparison != Comparison::kEqual && comparison != Comparison::kNotEqual;
}

template <typename Value>
bool holds(const Value& field, Comparison comparison, const Value& value) {
  switch (comparison) {
    case Comparison::kEqual:
      return field == value;
    case Comparison::kNotEqual:
      return field != value;
    case Comparison::kLess:
      return field < value;
    case Comparison::kGreater:
      return field > value;
    case Comparison::kLessEqual:
      return field <= value;
    case Comparison::kGreaterEqual:
      return field >= value;
  }
  return false;
}

}  // namespace

Condition parse_condition(std::string_view text) {
  const std::size_t at = text.find_first_of("=!<>");
  if (at != std::string_view::npos) {
    for (const ComparisonSign& sign : kSigns) {
      if (!text.substr(at).starts_with(sign.text)) continue;
      const std::string_view column = trimmed(text.substr(0, at));
      const std::string_view value = trimmed(text.substr(at + sign.text.size()));
      const bool has_value = !value.empty() || !is_order(sign.comparison);
      // A value that begins with a sign is a mistyped sign such as == or =<.
      if (column.empty() || !has_value || value.find_first_of("=!<>") == 0) break;
      return {std::string(column), sign.comparison, std::string(value)};
    }
  }
  throw InvalidArgument(
      "where", field("where") + " '" + std::string(text) +
                   "': write a column, one of = != < > <= >= and a value, such as 'N>=1e9'");
}

std::string to_text(const Condition& condition) {
  const auto sign = std::find_if(kSigns.begin(), kSigns.end(), [&](const ComparisonSign& known) {
    return known.comparison == condition.comparison;
  });
  return condition.column + std::string(sign->text) + condition.value;
}

DroppedRows keep_where(const TextTable& table, CellReader& cells, const Condition& condition,
                       const std::vector<std::size_t>& spoken_for, std::vector<std::size_t>& rows,
                       std::vector<ReadNote>& notes) {
  const std::string option = field("where") + " '" + to_text(condition) + "'";
  const Comparison comparison = condition.comparison;
  const std::size_t column =
      find_column(table, condition.column, [&condition](const std::string& name) {
        return "write " + field("where") + " '" +
               to_text({name, condition.comparison, condition.value}) + "'";
      });

  // Compared with the fields, a value is spelled as they are. An order says how much, as everywhere
  // on the command line: with a comma that could be one number or another.
  std::optional<double> value = cells.value_of_text(condition.value, column);
  const bool has_two_readings = is_order(comparison) && value && std::isfinite(*value) &&
                                parse_number(condition.value) != value;
  if (has_two_readings) value = parse_number(condition.value);
  if (!value && is_order(comparison)) {
    const std::optional<std::size_t> text_row = first_text_row(table, cells, column);
    if (!text_row || has_two_readings) {
      throw InvalidArgument("where", option + ": column " + in_quotes(condition.column) +
                                         " holds numbers, and " + in_quotes(condition.value) + " " +
                                         number_fault(condition.value));
    }
    throw DataError(table.path, table.line[*text_row],
                    option + " needs a column of numbers, and " +
                        in_quotes(table.rows[*text_row][column]) +
                        " is none; text can only be compared by = and !=");
  }
  if (!value) {
    const bool has_text = first_text_row(table, cells, column).has_value();
    // Beside texts "none" is a text of its own; beside numbers it is what is missing.
    const bool is_empty = is_blank(condition.value) || (!has_text && is_missing(condition.value));
    if (!is_empty && !has_text) {
      throw InvalidArgument("where", option + ": column " + in_quotes(condition.column) +
                                         " holds numbers, and " + in_quotes(condition.value) + " " +
                                         number_fault(condition.value));
    }
    return keep_if(table, option, rows, [&](std::size_t row) {
      const std::string_view text = table.rows[row][column];
      if (is_empty) return is_missing(text) == (comparison == Comparison::kEqual);
      return holds(text, comparison, std::string_view(condition.value));
    });
  }
  if (std::isnan(*value) && is_order(comparison)) {
    throw InvalidArgument("where", option + ": no number is above or below " +
                                       in_quotes(condition.value) + "; compare it by = or !=");
  }
  std::vector<std::size_t> texts;  // lines whose field is no number
  bool any_number = false;
  DroppedRows dropped = keep_if(table, option, rows, [&](std::size_t row) {
    const std::optional<double> number = cells.value(row, column);
    if (!number) {
      if (!is_missing(table.rows[row][column])) texts.push_back(row);
      return comparison == Comparison::kNotEqual;
    }
    any_number = true;
    if (std::isnan(*value)) return std::isnan(*number) == (comparison == Comparison::kEqual);
    if (std::isnan(*number)) return comparison == Comparison::kNotEqual;
    return holds(*number, comparison, *value);
  });
  if (!any_number && is_order(comparison)) {
    const std::size_t row =
        texts.empty() ? first_text_row(table, cells, column).value_or(0) : texts.front();
    throw DataError(table.path, table.line[row],
                    option + " needs a column of numbers, and " +
                        in_quotes(table.rows[row][column]) +
                        " is none; text can only be compared by = and !=");
  }
  std::erase_if(texts, [&](std::size_t row) {
    return !std::binary_search(spoken_for.begin(), spoken_for.end(), row);
  });
  if (!texts.empty() && any_number) {
    const std::string text(table.rows[texts.front()][column]);
    std::vector<std::size_t> lines;
    for (const std::size_t row : texts) lines.push_back(table.line[row]);
    notes.push_back(
        {option + ": " + in_quotes(text) + (texts.size() == 1 ? " is" : " and others are") +
             " no number, on " + lines_text(lines) +
             (comparison == Comparison::kNotEqual ? "; kept" : "; left out"),
         true, "add " + field("where") + " " + shell_word(condition.column + "!=" + text)});
  }
  const UnitName unit = unit_name(condition.column);
  if (unit.scale != 1.0) {
    notes.push_back({option + " compares the fields as they stand, without their unit", false});
  }
  return dropped;
}

}  // namespace isoflop
