#include "isoflop/io/number.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <system_error>

#include "in_quotes.hpp"
#include "isoflop/core/decimal.hpp"
#include "isoflop/core/word_list.hpp"
#include "isoflop/error.hpp"
#include "plain_text.hpp"
#include "spelled_number.hpp"

namespace isoflop {
namespace {

constexpr std::string_view kBlanks = " \t";

/// Power of ten of a suffix, 0 for any other character.
int suffix_exponent(char c) {
  switch (c) {
    case 'k':
    case 'K':
      return 3;
    case 'm':
    case 'M':
      return 6;
    case 'b':
    case 'B':
      return 9;
    case 't':
    case 'T':
      return 12;
    default:
      return 0;
  }
}

/// All of `text` as a decimal number without suffix.
std::errc read_all(std::string_view text, double& value) {
  // read_decimal also takes "inf" and "nan": what follows the sign has to look like a number.
  const std::string_view magnitude = text.substr(text.starts_with('-') ? 1 : 0);
  if (magnitude.find_first_of("0123456789.") != 0) return std::errc::invalid_argument;
  const DecimalRead read = read_decimal(text, value);
  return read.length == text.size() ? read.fault : std::errc::invalid_argument;
}

/// parse_number with the reason for a refusal: invalid_argument or result_out_of_range.
std::errc read_number(std::string_view text, double& value) {
  text = trimmed(text);
  if (text.starts_with('+')) {
    text.remove_prefix(1);
    if (text.starts_with('-')) return std::errc::invalid_argument;
  }
  const int exponent = text.empty() ? 0 : suffix_exponent(text.back());
  if (exponent == 0) return read_all(text, value);

  // The suffix joins the exponent of the text, so that rounding happens once: 0.1B is 1e8 exactly.
  text.remove_suffix(1);
  const std::size_t mark = text.find_first_of("eE");
  int written = 0;
  if (mark != std::string_view::npos) {
    std::string_view digits = text.substr(mark + 1);
    if (digits.starts_with('+')) digits.remove_prefix(1);
    if (digits.find_first_of("-0123456789") != 0) return std::errc::invalid_argument;
    const char* const end = digits.data() + digits.size();
    const auto [stop, fault] = std::from_chars(digits.data(), end, written);
    if (stop != end || fault == std::errc::invalid_argument) return std::errc::invalid_argument;
    constexpr int kBeyondAnyDouble = 100'000;
    if (fault != std::errc{} || std::abs(written) > kBeyondAnyDouble) {
      return std::errc::result_out_of_range;
    }
  }
  std::string joined(text.substr(0, mark));
  if (joined.find_first_of("0123456789") == std::string::npos) return std::errc::invalid_argument;
  joined += 'e';
  joined += std::to_string(written + exponent);
  return read_all(joined, value);
}

bool is_number(std::string_view text) {
  double value = 0;
  return read_number(text, value) == std::errc{};
}

std::string without(std::string_view text, char separator) {
  std::string rest(text);
  std::erase(rest, separator);
  return rest;
}

}  // namespace

std::optional<double> parse_plain(std::string_view text) {
  double value = 0;
  if (read_number(text, value) != std::errc{}) return std::nullopt;
  return value;
}

std::optional<double> parse_number(std::string_view text) {
  if (const std::optional<double> value = parse_plain(text)) return value;
  if (text.find_first_of("0123456789") == std::string_view::npos) return std::nullopt;
  const std::optional<SpelledNumber> spelled = parse_spelled(text);
  return spelled ? std::optional(spelled->value) : std::nullopt;
}

std::string number_fault(std::string_view text) {
  text = trimmed(text);
  if (text.empty()) return "is empty; write a number such as 1e21, 70B, 2.5T";

  std::string name = lower_case(text);
  if (name.front() == '+' || name.front() == '-') name.erase(0, 1);
  if (name == "nan" || name == "inf" || name == "infinity") {
    return "is not finite; write a finite number such as 1e21, 70B, 2.5T";
  }
  double value = 0;
  if (read_number(text, value) == std::errc::result_out_of_range) {
    return "is beyond what a double holds; write a number between 1e-307 and 1e308 in size";
  }

  std::string with_point(text);
  std::replace(with_point.begin(), with_point.end(), ',', '.');
  const bool may_be_decimal = is_number(with_point);
  for (const char separator : {',', ' ', '_', '\''}) {
    const std::string joined = without(text, separator);
    if (!is_grouped(text, separator) || !is_number(joined)) continue;
    if (separator == ',' && may_be_decimal) {
      return "has a comma; write " + joined + " or " + with_point;
    }
    return "has thousands separators; write " + joined + " without separators";
  }
  if (may_be_decimal) return "has a decimal comma; write " + with_point;
  return "is not a number (such as 1e21, 70B, 2.5T)";
}

std::string_view with_thousands_commas(std::string_view text) {
  const std::string separators = std::string(kBlanks) + ',';
  for (std::size_t begin = 0; begin < text.size(); ++begin) {
    if (begin > 0 && separators.find(text[begin - 1]) == std::string::npos) continue;
    // The longest part that begins here, of no more digits than a double has.
    constexpr std::size_t kLongest = 400, kHead = 5, kGroup = 4;
    const std::size_t comma = text.substr(begin, kHead).find(',');
    if (comma == text.npos || !is_grouped(text.substr(begin, comma + kGroup), ',')) continue;
    std::string_view part = text.substr(begin, kLongest);
    part = part.substr(0, part.find_first_of(kBlanks));
    while (part.find(',') != std::string_view::npos) {
      if (is_grouped(part, ',') && is_number(without(part, ','))) return part;
      part = part.substr(0, part.rfind(','));
    }
  }
  return {};
}

std::vector<double> parse_number_list(const std::vector<std::string>& words) {
  if (words.empty()) return {};
  std::string text;
  bool has_empty_place = false;
  for (const std::string& word : words) {
    has_empty_place = has_empty_place || trimmed(word).empty();
    text += (text.empty() ? "" : " ") + word;
  }

  std::vector<double> numbers;
  for (const std::string& piece : split_at_commas(text)) {
    std::string_view place = trimmed(piece);
    has_empty_place = has_empty_place || place.empty();
    while (!place.empty()) {
      const std::string_view item = place.substr(0, place.find_first_of(kBlanks));
      const std::optional<double> number = parse_number(item);
      if (!number && !numbers.empty() && is_unit_word(item)) {  // 2e9 tokens
        place = trimmed(place.substr(item.size()));
        continue;
      }
      if (!number) throw InvalidArgument(in_quotes(item) + " " + number_fault(item));
      numbers.push_back(*number);
      place = trimmed(place.substr(item.size()));
    }
  }
  if (has_empty_place) {
    throw InvalidArgument(in_quotes(text) + " has an empty place in its list of numbers; write " +
                          "numbers with single commas or blanks between them, such as 70B,1e12");
  }
  return numbers;
}

std::string format_number(double value) { return shortest_decimal(value); }

std::string human_number(double value) {
  if (!std::isfinite(value) || value == 0) return format_number(value == 0 ? 0 : value);

  // Rounding comes first, so that 999999 is 1M and not 1000K.
  const std::string rounded = scientific_decimal(std::abs(value), 3);
  const std::size_t mark = rounded.find('e');
  std::string digits = without(std::string_view(rounded).substr(0, mark), '.');
  digits.erase(digits.find_last_not_of('0') + 1);
  const int exponent = std::stoi(rounded.substr(mark + 1));

  std::string tail;
  int num_before_point = 1;
  if (exponent >= 3 && exponent < 15) {
    tail = std::string_view("KMBT")[static_cast<std::size_t>(exponent / 3 - 1)];
    num_before_point = exponent % 3 + 1;
  } else if (exponent >= 15 || exponent < -4) {
    tail.append("e").append(std::to_string(exponent));
  } else if (exponent >= 0) {
    num_before_point = exponent + 1;
  } else {
    digits.insert(0, static_cast<std::size_t>(-exponent), '0');
  }
  const auto point = static_cast<std::size_t>(num_before_point);
  if (digits.size() < point) digits.append(point - digits.size(), '0');
  if (digits.size() > point) digits.insert(point, 1, '.');
  if (value < 0) digits.insert(digits.begin(), '-');
  return digits + tail;
}

}  // namespace isoflop
