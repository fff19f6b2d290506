#include "row_filter.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "column_lookup.hpp"
#include "io/in_quotes.hpp"
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

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

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

/// The first row whose field is a text, or nothing if the column holds numbers and empty fields,
/// at least one number.
std::optional<std::size_t> first_text_row(const TextTable& table, std::size_t column) {
  std::size_t num_numbers = 0;
  for (std::size_t row = 0; row < table.rows.size(); ++row) {
    const std::string& field = table.rows[row][column];
    const bool is_number = parse_number(field).has_value();
    if (!is_number && !is_blank(field)) return row;
    num_numbers += is_number;
  }
  return num_numbers > 0 ? std::nullopt : std::optional<std::size_t>(0);
}

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

DroppedRows keep_where(const TextTable& table, const Condition& condition,
                       std::vector<std::size_t>& rows) {
  const std::string option = field("where") + " '" + to_text(condition) + "'";
  const Comparison comparison = condition.comparison;
  const std::size_t column =
      find_column(table, condition.column, "", [&condition](const std::string& name) {
        return "write " + field("where") + " '" +
               to_text({name, condition.comparison, condition.value}) + "'";
      });

  if (const std::optional<std::size_t> text_row = first_text_row(table, column)) {
    if (is_order(comparison)) {
      throw DataError(table.path, table.line[*text_row],
                      option + " needs a column of numbers, and " +
                          in_quotes(table.rows[*text_row][column]) +
                          " is none; text can only be compared by = and !=");
    }
    return keep_if(table, option, rows, [&](std::size_t row) {
      return holds(table.rows[row][column], comparison, condition.value);
    });
  }
  const std::optional<double> value = parse_number(condition.value);
  if (!value && !is_blank(condition.value)) {
    throw InvalidArgument("where", option + ": column " + in_quotes(condition.column) +
                                       " holds numbers, and " + in_quotes(condition.value) + " " +
                                       number_fault(condition.value));
  }
  return keep_if(table, option, rows, [&](std::size_t row) {
    const std::optional<double> field = parse_number(table.rows[row][column]);
    // An empty field equals nothing but an empty value, and is neither above nor below anything.
    if (!field || !value)
      return (field == value) == (comparison == Comparison::kEqual) && !is_order(comparison);
    return holds(*field, comparison, *value);
  });
}

DroppedRows keep_best_of(const TextTable& table, const std::vector<std::string>& columns,
                         const std::function<double(std::size_t)>& loss_of,
                         std::vector<std::size_t>& rows) {
  struct CellColumn {
    std::size_t index;
    bool is_number;
  };
  std::vector<CellColumn> cell_columns;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::size_t index = find_column(table, columns[i], "", [&](const std::string& name) {
      std::vector<std::string> corrected = columns;
      corrected[i] = name;
      return "write " + field("best_of") + " " + joined(corrected, ",");
    });
    cell_columns.push_back({index, !first_text_row(table, index)});
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
      std::string value = table.rows[row][column.index];
      if (column.is_number) value = is_blank(value) ? "" : format_number(*parse_number(value));
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
