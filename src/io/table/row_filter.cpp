#include "row_filter.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <unordered_map>

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

/// The first row whose field is a text, or nothing if the column holds numbers and missing fields,
/// at least one number.
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

/// A number, or nan or inf; nothing else.
std::optional<double> number_of(std::string_view text, CellReader& cells) {
  if (const std::optional<double> number = cells.of_text(text)) return number;
  std::string word(text);
  for (char& c : word) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  const double sign = word.starts_with('-') ? -1.0 : 1.0;
  if (word.starts_with('-') || word.starts_with('+')) word.erase(0, 1);
  if (word == "nan") return std::numeric_limits<double>::quiet_NaN();
  if (word != "inf" && word != "infinity") return std::nullopt;
  return sign * std::numeric_limits<double>::infinity();
}

bool is_one_of(std::string_view word, std::span<const std::string_view> words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

constexpr std::array<std::string_view, 9> kFinished{"finished",  "finish",     "completed",
                                                    "complete",  "done",       "success",
                                                    "succeeded", "successful", "ok"};
constexpr std::array<std::string_view, 20> kUnfinished{
    "crashed", "crash",   "failed",      "failure", "fail",      "running",  "killed",
    "pending", "queued",  "error",       "aborted", "cancelled", "canceled", "timeout",
    "oom",     "stopped", "interrupted", "paused",  "preempted", "diverged"};

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

DroppedRows keep_where(const TextTable& table, CellReader& cells, const Condition& condition,
                       std::vector<std::size_t>& rows, std::vector<ReadNote>& notes) {
  const std::string option = field("where") + " '" + to_text(condition) + "'";
  const Comparison comparison = condition.comparison;
  const std::size_t column =
      find_column(table, condition.column, "", [&condition](const std::string& name) {
        return "write " + field("where") + " '" +
               to_text({name, condition.comparison, condition.value}) + "'";
      });

  const std::optional<double> value = number_of(condition.value, cells);
  if (!value && is_order(comparison)) {
    const std::optional<std::size_t> text_row = first_text_row(table, cells, column);
    if (!text_row) {
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
      const std::string& text = table.rows[row][column];
      if (is_empty) return is_missing(text) == (comparison == Comparison::kEqual);
      return holds(text, comparison, condition.value);
    });
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
  if (!texts.empty() && any_number) {
    std::vector<std::size_t> lines;
    for (const std::size_t row : texts) lines.push_back(table.line[row]);
    notes.push_back({option + ": " + in_quotes(table.rows[texts.front()][column]) +
                         (texts.size() == 1 ? " is" : " and others are") + " no number, on " +
                         lines_text(lines) +
                         (comparison == Comparison::kNotEqual ? "; kept" : "; left out"),
                     true, "add a second " + field("where") + " for these rows"});
  }
  return dropped;
}

DroppedRows keep_finished(const TextTable& table, const std::vector<Condition>& where,
                          std::vector<std::size_t>& rows, std::vector<ReadNote>& notes) {
  for (const std::size_t column : columns_named(table, "state")) {
    const std::string& name = table.header[column];
    if (std::any_of(where.begin(), where.end(),
                    [&](const Condition& c) { return c.column == name; })) {
      continue;
    }
    bool any_finished = false, any_unfinished = false;
    std::vector<std::string> others;
    for (const std::size_t row : rows) {
      const std::string word = lower_case(table.rows[row][column]);
      any_finished = any_finished || is_one_of(word, kFinished);
      any_unfinished = any_unfinished || is_one_of(word, kUnfinished);
      const bool is_other = !word.empty() && !is_one_of(word, kFinished);
      if (is_other && std::find(others.begin(), others.end(), word) == others.end()) {
        others.push_back(word);
      }
    }
    if (!any_finished || !any_unfinished) continue;
    DroppedRows dropped =
        keep_if(table, "a state of its run: " + joined(others, ", "), rows, [&](std::size_t row) {
          const std::string word = lower_case(table.rows[row][column]);
          return word.empty() || is_one_of(word, kFinished);
        });
    notes.push_back({std::to_string(dropped.count) + (dropped.count == 1 ? " row" : " rows") +
                         " left out whose " + in_quotes(name) + " is " + joined(others, ", ") +
                         ": " + lines_text(dropped.lines),
                     true, "add " + field("where") + " '" + name + "=finished'"});
    return dropped;
  }
  return {};
}

DroppedRows keep_last_of(const TextTable& table, const std::string& column,
                         const std::function<double(std::size_t)>& order_of,
                         std::vector<std::size_t>& rows) {
  const std::size_t index = find_column(table, column, "", [](const std::string& name) {
    return "write " + field("last_of") + " " + name;
  });
  struct Last {
    std::size_t row;
    double order;
  };
  std::unordered_map<std::string, Last> last_of_run;
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

std::string lines_text(const std::vector<std::size_t>& lines) {
  constexpr std::size_t kMost = 20;
  std::string out = lines.size() == 1 ? "line " : "lines ";
  for (std::size_t i = 0; i < std::min(lines.size(), kMost); ++i) {
    out += (i > 0 ? ", " : "") + std::to_string(lines[i]);
  }
  if (lines.size() > kMost) out += " and " + std::to_string(lines.size() - kMost) + " more";
  return out;
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
  if (const auto known = columns_of(table, columns)) {
    for (const std::size_t index : *known) {
      cell_columns.push_back({index, !first_text_row(table, cells, index)});
    }
  } else {
    for (std::size_t i = 0; i < columns.size(); ++i) {
      find_column(table, columns[i], "", [&](const std::string& name) {
        std::vector<std::string> corrected = columns;
        corrected[i] = name;
        return "write " + field("best_of") + " " + joined(corrected, ",");
      });
    }
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
