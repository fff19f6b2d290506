#include "column_lookup.hpp"

#include <algorithm>
#include <vector>

#include "io/in_quotes.hpp"
#include "io/plain_text.hpp"
#include "isoflop/core/word_edits.hpp"
#include "isoflop/error.hpp"
#include "melt.hpp"

namespace isoflop {
namespace {

/// Above this, what is called the nearest would not help.
constexpr double kMostDifferent = 0.5 + 1e-9;

/// Edits without regard to case, as a fraction of the longer length: 0 = same text, 1 = nothing in
/// common, or more different than kMostDifferent by the lengths alone. What is too long for a name
/// is like nothing: the time goes with the product of the lengths.
double difference(std::string_view a, std::string_view b) {
  constexpr std::size_t kLongestName = 1000;
  const std::size_t shorter = std::min(a.size(), b.size());
  const std::size_t longer = std::max({a.size(), b.size(), std::size_t{1}});
  if (longer > kLongestName) return 1;
  if (static_cast<double>(longer - shorter) > kMostDifferent * static_cast<double>(longer))
    return 1;
  return static_cast<double>(num_word_edits(lower_case(a), lower_case(b))) /
         static_cast<double>(longer);
}

/// Difference of `wanted` from a column name or from one of its parts (loss in val_loss). Parts of
/// one or two letters say too little: n_layers is no N.
double column_difference(std::string_view wanted, std::string_view column) {
  constexpr double kPartPenalty = 0.1;
  constexpr std::size_t kMinPartLength = 3;
  double least = difference(wanted, column);
  for (std::size_t begin = 0; begin < column.size();) {
    const std::size_t end = std::min(column.find_first_of("_-. /", begin), column.size());
    if (end - begin >= kMinPartLength) {
      const std::string_view part = column.substr(begin, end - begin);
      least = std::min(least, kPartPenalty + difference(wanted, part));
    }
    begin = end + 1;
  }
  return least;
}

}  // namespace

std::string shell_word(const std::string& text) {
  std::string out;
  bool quoted = text.empty();
  for (const char c : without_controls(text)) {
    quoted =
        quoted || std::string_view(" ()&;|<>$*?#\"'[]`\\!~{}").find(c) != std::string_view::npos;
    out += c == '\'' ? "'\\''" : std::string(1, c);
  }
  return quoted ? "'" + out + "'" : out;
}

std::string list_of(const std::vector<std::string>& names) {
  // All of a table that people look through; of one that they do not, some.
  constexpr std::size_t kMostShown = 30, kSomeNames = 10;
  const std::size_t num_named = names.size() > kMostShown ? kSomeNames : names.size();
  std::string list;
  for (std::size_t i = 0; i < num_named; ++i) {
    list += (i == 0 ? "" : ", ") + in_quotes(names[i]);
  }
  if (names.size() > num_named) {
    list += " and " + std::to_string(names.size() - num_named) + " more";
  }
  return list;
}

std::optional<std::size_t> column_index(const TextTable& table, std::string_view name) {
  const auto found = std::find(table.header.begin(), table.header.end(), name);
  if (found == table.header.end()) return std::nullopt;
  const auto again = std::find(found + 1, table.header.end(), name);
  if (again != table.header.end()) {
    throw DataError(table.path, table.header_line,
                    "columns " + std::to_string(found - table.header.begin() + 1) + " and " +
                        std::to_string(again - table.header.begin() + 1) + " are both named " +
                        in_quotes(name) + "; give each column its own name");
  }
  return static_cast<std::size_t>(found - table.header.begin());
}

std::size_t find_column(const TextTable& table, const std::string& name,
                        const std::function<std::string(const std::string&)>& correction) {
  if (const std::optional<std::size_t> index = column_index(table, name)) return *index;
  refuse_column(table, name, "", correction);
}

void refuse_column(const TextTable& table, const std::string& name, std::string_view meaning,
                   const std::function<std::string(const std::string&)>& correction,
                   const std::function<bool(const std::string&)>& may_be) {
  // The last word of a meaning is the noun: the tokens in "training tokens".
  const std::string_view noun = meaning.substr(meaning.rfind(' ') + 1);
  double least = 1;
  const std::string* nearest = nullptr;
  for (const std::string& column : table.header) {
    if (may_be && !may_be(column)) continue;
    double score = column_difference(name, column);
    if (!meaning.empty()) {
      score =
          std::min({score, column_difference(meaning, column), column_difference(noun, column)});
    }
    if (score < least) {
      least = score;
      nearest = &column;
    }
  }

  std::string text = "no column " + in_quotes(name);
  if (!meaning.empty()) text += " (" + std::string(meaning) + ")";
  text += " in the header";
  if (nearest != nullptr && least <= kMostDifferent) {
    text += "; the nearest is " + in_quotes(*nearest) + ": " + correction(*nearest);
  } else {
    text += ", which has " + list_of(table.header) + ": " + correction("NAME");
  }
  const std::string wide = melt_advice(table);
  if (!wide.empty()) text += "; " + wide;
  throw DataError(table.path, table.header_line, text);
}

}  // namespace isoflop
