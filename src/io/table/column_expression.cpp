#include "column_expression.hpp"

#include <algorithm>
#include <array>

#include "column_lookup.hpp"
#include "io/in_quotes.hpp"
#include "io/plain_text.hpp"
#include "io/spelled_number.hpp"
#include "isoflop/error.hpp"
#include "isoflop/formula/formula_error.hpp"

namespace isoflop {
namespace {

constexpr std::size_t kMostNames = 12;  // of columns in one expression

/// Of a name, behind its first letter.
bool is_of_name(char c) { return is_letter(c) || is_digit(c) || c == '_'; }

bool is_plain_name(std::string_view name) {
  return !name.empty() && is_letter(name.front()) &&
         std::all_of(name.begin(), name.end(), [](char c) { return is_of_name(c); });
}

/// The columns whose names begin with a letter and yet cannot be spelled in the language of
/// formulas, longest first.
std::vector<std::size_t> odd_columns(const TextTable& table) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < table.header.size(); ++i) {
    const std::string& name = table.header[i];
    if (!name.empty() && is_letter(name.front()) && !is_plain_name(name)) out.push_back(i);
  }
  std::stable_sort(out.begin(), out.end(), [&](std::size_t a, std::size_t b) {
    return table.header[a].size() > table.header[b].size();
  });
  return out;
}

}  // namespace

bool looks_like_expression(const TextTable& table, std::string_view text) {
  if (text.find_first_of("*/+^()`") != std::string_view::npos ||
      text.find(" - ") != std::string_view::npos) {
    return true;
  }
  if (text.find('-') == std::string_view::npos) return false;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find('-', begin), text.size());
    const std::string_view operand = trimmed(text.substr(begin, end - begin));
    begin = end + 1;
    if (!column_index(table, operand) && !parse_plain(operand)) return false;
  }
  return true;
}

ColumnExpression::ColumnExpression(const TextTable& table, std::string text,
                                   const std::function<bool(const std::string&)>& other) {
  const auto refuse = [&](const std::string& fault) {
    throw InvalidArgument("column", field("column") + " " + text + ": " + fault);
  };
  // It may come from a stranger's formula, and every name is looked up.
  if (text.size() > Formula::kMaxLength) {
    throw InvalidArgument("column", field("column") + " " + one_line(text) + ": longer than " +
                                        std::to_string(Formula::kMaxLength) + " bytes");
  }
  // The names of the formula are c0, c1, ..., whatever the columns are called.
  std::string spelled;
  const auto add = [&](Name name) {
    const auto known = std::find_if(names_.begin(), names_.end(), [&](const Name& n) {
      return n.column == name.column && n.other == name.other;
    });
    spelled += "c" + std::to_string(known - names_.begin());
    if (known == names_.end()) names_.push_back(std::move(name));
    if (names_.size() > kMostNames) {
      refuse("names more than " + std::to_string(kMostNames) + " columns");
    }
  };
  const std::vector<std::size_t> odd = odd_columns(table);
  for (std::size_t i = 0; i < text.size();) {
    const std::string_view rest = std::string_view(text).substr(i);
    if (rest.front() == '`') {
      const std::size_t end = rest.find('`', 1);
      if (end == std::string_view::npos) refuse("a backquote is never closed");
      const std::string name(rest.substr(1, end - 1));
      const auto column = column_index(table, name);
      if (!column) refuse("there is no column `" + name + "`");
      add({column, ""});
      i += end + 1;
      continue;
    }
    const bool begins = i == 0 || !is_of_name(text[i - 1]);
    const auto found =
        !begins ? odd.end() : std::find_if(odd.begin(), odd.end(), [&](std::size_t c) {
          const std::string& name = table.header[c];
          const std::size_t end = i + name.size();
          return rest.starts_with(name) && (end == text.size() || !is_of_name(text[end]));
        });
    if (found != odd.end()) {
      add({*found, ""});
      i += table.header[*found].size();
      continue;
    }
    if (is_digit(rest.front()) || rest.front() == '.') {  // 1e9: its e is no name
      std::size_t end = rest.find_first_not_of("0123456789.");
      end = std::min(end, rest.size());
      if (end < rest.size() && (rest[end] == 'e' || rest[end] == 'E')) {
        std::size_t exponent = end + 1;
        if (exponent < rest.size() && (rest[exponent] == '+' || rest[exponent] == '-')) ++exponent;
        if (exponent < rest.size() && is_digit(rest[exponent])) {
          end = std::min(rest.find_first_not_of("0123456789", exponent), rest.size());
        }
      }
      spelled += rest.substr(0, end);
      i += end;
      continue;
    }
    if (!is_letter(rest.front())) {
      spelled += rest.front();
      ++i;
      continue;
    }
    std::size_t end = 0;
    while (end < rest.size() && is_of_name(rest[end])) ++end;
    const std::string name(rest.substr(0, end));
    const std::size_t behind = rest.find_first_not_of(" ", end);
    if (behind != std::string_view::npos && rest[behind] == '(') {
      spelled += name;  // a function
    } else if (const auto column = column_index(table, name)) {
      add({column, ""});
    } else if (other(name)) {
      add({std::nullopt, name});
    } else {
      refuse("there is no column \"" + name + "\"");
    }
    i += end;
  }
  if (names_.empty()) refuse("names no column");
  // As coefficients: values come as they are, not as logarithms. There are always as many.
  std::vector<std::string> letters;
  for (std::size_t i = 0; i < kMostNames; ++i) {
    letters.push_back("c" + std::to_string(i));
  }
  try {
    formula_.emplace(spelled, std::vector<std::string>{"none"}, letters);
  } catch (const FormulaError& fault) {
    refuse(fault.explanation());
  }
}

double ColumnExpression::value(const std::vector<double>& of_names) const {
  std::array<double, kMostNames> values{};
  std::copy(of_names.begin(), of_names.end(), values.begin());
  return (*formula_)(values, std::array<double, 1>{});
}

}  // namespace isoflop
