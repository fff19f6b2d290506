#include "api/words.hpp"

#include <cmath>
#include <set>

#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop::api {

void refuse_word(std::string_view name, std::string_view text, const std::string& fault) {
  throw InvalidArgument(name, field(name) + ": \"" + std::string(text) + "\" " + fault);
}

double read_number(std::string_view name, const std::string& text) {
  if (const auto value = parse_number(text)) return *value;
  refuse_word(name, text, number_fault(text));
}

double read_positive(std::string_view name, const std::string& text) {
  const double value = read_number(name, text);
  if (!(value > 0.0)) refuse_word(name, text, "must be above zero");
  return value;
}

double read_share(std::string_view name, const std::string& text) {
  const bool in_per_cent = !text.empty() && text.back() == '%';
  const double value = in_per_cent ? 0.01 * read_number(name, text.substr(0, text.size() - 1))
                                   : read_number(name, text);
  if (value >= 0.0 && value <= 1.0) return value;
  refuse_word(name, text, "must be a share, such as 0.2 or 20%");
}

double read_variable(const VariableInfo& about, const std::string& text) {
  const double x = read_number(about.key, text);
  const std::string fault = value_fault(about, x);
  if (!fault.empty()) throw InvalidArgument(about.key, field(about.key) + " " + text + " " + fault);
  return x;
}

std::uint64_t read_count(std::string_view name, const std::string& text, std::uint64_t low) {
  const double value = read_number(name, text);
  if (value != std::floor(value) || value < static_cast<double>(low)) {
    refuse_word(name, text, "must be a whole number of at least " + std::to_string(low));
  }
  constexpr double kMost = 9e15;  // up to here every whole number is a double
  if (value > kMost) refuse_word(name, text, "must be at most 9e15");
  return static_cast<std::uint64_t>(value);
}

std::vector<double> read_positive_list(std::string_view name,
                                       const std::vector<std::string>& words) {
  std::vector<double> out;
  try {
    out = parse_number_list(words);
  } catch (const InvalidArgument& fault) {
    throw InvalidArgument(name, field(name) + ": " + fault.marked());
  }
  if (out.empty()) throw InvalidArgument(name, field(name) + " needs at least one number");
  for (const double value : out) {
    if (value > 0.0) continue;
    throw InvalidArgument(name, field(name) + ": " + format_number(value) + " must be above zero");
  }
  return out;
}

std::vector<std::pair<std::string, std::string>> read_pairs(std::string_view name,
                                                            const std::vector<std::string>& words) {
  std::vector<std::pair<std::string, std::string>> out;
  std::set<std::string> seen;
  auto add = [&](std::string_view piece) {
    const std::size_t equals = piece.find('=');
    if (equals == std::string_view::npos || equals == 0 || equals + 1 == piece.size()) {
      refuse_word(name, piece, "is not of the form NAME=VALUE");
    }
    out.emplace_back(piece.substr(0, equals), piece.substr(equals + 1));
    if (!seen.insert(out.back().first).second) {
      throw InvalidArgument(name, field(name) + ": " + out.back().first + " is given twice");
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

}  // namespace isoflop::api
