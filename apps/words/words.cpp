#include "apps/words/words.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "apps/isoflop/verbs.hpp"
#include "apps/words/form.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop::app {
namespace {

[[noreturn]] void refuse(std::string_view flag, std::string_view text, const std::string& fault) {
  throw UsageError(std::string(flag) + ": \"" + std::string(text) + "\" " + fault);
}

}  // namespace

double number_argument(std::string_view flag, const std::string& text) {
  if (const auto value = parse_number(text)) return *value;
  refuse(flag, text, number_fault(text));
}

double positive_argument(std::string_view flag, const std::string& text) {
  const double value = number_argument(flag, text);
  if (!(value > 0.0)) refuse(flag, text, "must be above zero");
  return value;
}

double variable_argument(const VariableInfo& about, const std::string& text) {
  const std::string flag = "--" + std::string(about.key);
  const double x = number_argument(flag, text);
  const std::string fault = value_fault(about, x);
  if (!fault.empty()) throw UsageError(flag + " " + text + " " + fault);
  return x;
}

unsigned long long count_argument(std::string_view flag, const std::string& text,
                                  unsigned long long low) {
  const double value = number_argument(flag, text);
  if (value != std::floor(value) || value < static_cast<double>(low)) {
    refuse(flag, text, "must be a whole number of at least " + std::to_string(low));
  }
  constexpr double kMost = 9e15;  // up to here every whole number is a double
  if (value > kMost) refuse(flag, text, "must be at most 9e15");
  return static_cast<unsigned long long>(value);
}

std::vector<double> positive_list_argument(std::string_view flag,
                                           const std::vector<std::string>& words) {
  std::vector<double> out;
  try {
    out = parse_number_list(words);
  } catch (const InvalidArgument& fault) {
    throw UsageError(std::string(flag) + ": " + fault.what());
  }
  if (out.empty()) throw UsageError(std::string(flag) + " needs at least one number");
  for (const double value : out) {
    if (!(value > 0.0)) {
      throw UsageError(std::string(flag) + ": " + format_number(value) + " must be above zero");
    }
  }
  return out;
}

void reclaim_positional(std::string& positional, std::vector<std::string>& words,
                        bool (*belongs)(const std::string&)) {
  if (!positional.empty() || words.size() < 2 || belongs(words.back())) return;
  positional = words.back();
  words.pop_back();
}

std::vector<std::pair<std::string, std::string>> pair_arguments(
    std::string_view flag, const std::vector<std::string>& words) {
  std::vector<std::pair<std::string, std::string>> out;
  std::set<std::string> seen;
  auto add = [&](std::string_view piece) {
    const std::size_t equals = piece.find('=');
    if (equals == std::string_view::npos || equals == 0 || equals + 1 == piece.size()) {
      refuse(flag, piece, "is not of the form NAME=VALUE");
    }
    out.emplace_back(piece.substr(0, equals), piece.substr(equals + 1));
    if (!seen.insert(out.back().first).second) {
      throw UsageError(std::string(flag) + ": " + out.back().first + " is given twice");
    }
  };
  for (const std::string& word : words) {
    // A column's name may hold a comma: a comma separates only if a new NAME= follows it.
    std::size_t begin = 0;
    for (std::size_t comma = word.find(','); comma != std::string::npos;
         comma = word.find(',', comma + 1)) {
      const std::size_t equals = word.find('=', comma);
      if (equals == std::string::npos || word.find(',', comma + 1) < equals) continue;
      add(std::string_view(word).substr(begin, comma - begin));
      begin = comma + 1;
    }
    add(std::string_view(word).substr(begin));
  }
  return out;
}

}  // namespace isoflop::app
