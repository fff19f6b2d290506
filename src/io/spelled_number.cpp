#include "spelled_number.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <system_error>

#include "plain_text.hpp"

namespace isoflop {
namespace {

constexpr std::string_view kDigits = "0123456789";

/// Blanks that do not break a line, wide and narrow, as plain ones; a multiplication sign as *.
std::string with_plain_signs(std::string_view text) {
  using namespace std::string_view_literals;
  constexpr std::array kNoBreak{"\xC2\xA0"sv, "\xE2\x80\xAF"sv, "\xE2\x80\x89"sv};
  const auto is_ascii = [](unsigned char c) { return c < 0x80; };
  if (std::all_of(text.begin(), text.end(), is_ascii)) return std::string(text);
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto blank = std::find_if(kNoBreak.begin(), kNoBreak.end(), [&](std::string_view b) {
      return text.substr(i).starts_with(b);
    });
    if (blank != kNoBreak.end()) {
      out += ' ';
      i += blank->size();
    } else if (text.substr(i).starts_with("\xC3\x97"sv)) {
      out += '*';
      i += 2;
    } else {
      out += text[i++];
    }
  }
  return out;
}

void note(SpelledNumber& number, const char* how) {
  if (number.how.find(how) == std::string::npos) {
    number.how += (number.how.empty() ? "" : " and ") + std::string(how);
  }
}

/// The word of letters at the end, behind a blank or a digit.
std::string_view last_word(std::string_view text) {
  std::size_t begin = text.size();
  while (begin > 0 && is_letter(text[begin - 1])) --begin;
  return text.substr(begin);
}

std::optional<double> power_of(std::string_view base, std::string_view exponent) {
  const std::optional<double> b = parse_plain(base), e = parse_plain(exponent);
  if (!b || !e || *b <= 0.0) return std::nullopt;
  const double value = std::pow(*b, *e);
  if (!std::isfinite(value) || value == 0.0) return std::nullopt;
  return value;
}

/// 2^33, 2**33, 10^9, 3*10^9, 3x10^9. A whole power of ten is the double nearest to it.
std::optional<double> parse_power(std::string_view text) {
  std::size_t mark = text.find('^'), width = 1;
  if (mark == std::string_view::npos) {
    mark = text.find("**");
    width = 2;
  }
  if (mark == std::string_view::npos) return std::nullopt;
  std::string_view base = text.substr(0, mark), factor = "1";
  const std::string_view exponent = trimmed(text.substr(mark + width));
  const std::size_t times = base.find_first_of("*xX");
  if (times != std::string_view::npos) {
    factor = trimmed(base.substr(0, times));
    base = base.substr(times + 1);
  }
  base = trimmed(base);
  if (base == "10" && !exponent.empty() &&
      exponent.find_first_not_of("+-0123456789") == std::string_view::npos) {
    return parse_plain(std::string(factor) + "e" + std::string(exponent));
  }
  const std::optional<double> power = power_of(base, exponent), f = parse_plain(factor);
  if (!power || !f) return std::nullopt;
  const double value = *f * *power;
  if (!std::isfinite(value) || (value == 0.0 && *f != 0.0)) return std::nullopt;
  return value;
}

}  // namespace

bool is_unit_word(std::string_view text) {
  return std::find(kUnitWords.begin(), kUnitWords.end(), lower_case(text)) != kUnitWords.end();
}

double scale_of_word(std::string_view text) {
  struct Scale {
    std::string_view word;
    double value;
  };
  static constexpr std::array<Scale, 13> kScales{{{"k", 1e3},
                                                  {"thousand", 1e3},
                                                  {"thousands", 1e3},
                                                  {"m", 1e6},
                                                  {"million", 1e6},
                                                  {"millions", 1e6},
                                                  {"b", 1e9},
                                                  {"bn", 1e9},
                                                  {"billion", 1e9},
                                                  {"billions", 1e9},
                                                  {"t", 1e12},
                                                  {"trillion", 1e12},
                                                  {"trillions", 1e12}}};
  std::string word = lower_case(trimmed(text));
  for (const char* flops : {"flops", "flop"}) {
    static constexpr std::string_view kPrefixes = "kmgtpezy";
    if (!word.ends_with(flops)) continue;
    word.resize(word.size() - std::string_view(flops).size());
    if (word.size() == 1 && kPrefixes.find(word[0]) != std::string_view::npos) {
      return std::pow(1e3, 1.0 + static_cast<double>(kPrefixes.find(word[0])));
    }
    word = trimmed(word);
    break;
  }
  if (const std::size_t of = word.find(" of "); of != std::string::npos) {  // billions of tokens
    if (!is_unit_word(word.substr(of + 4))) return 0.0;
    word = trimmed(word.substr(0, of));
  }
  if (word == "g") return 1e9;
  if (word.size() == 2 && word[0] == '1' && is_letter(word[1])) word.erase(0, 1);  // D/1B
  for (const Scale& scale : kScales) {
    if (word == scale.word) return scale.value;
  }
  if (word.starts_with("x") || word.starts_with("*")) word = trimmed(word.substr(1));
  const bool power = word.starts_with("1e") || word.starts_with("10^") || word.starts_with("10**");
  if (!power) return 0.0;
  const std::optional<double> value =
      word.starts_with("1e") ? parse_plain(word) : parse_power(word);
  return value && *value > 0.0 ? *value : 0.0;
}

bool is_grouped(std::string_view text, char separator) {
  if (!text.empty() && (text.front() == '+' || text.front() == '-')) text.remove_prefix(1);
  std::size_t num_digits = std::min(text.find_first_not_of(kDigits), text.size());
  if (num_digits < 1 || num_digits > 3 || text.front() == '0') return false;
  text.remove_prefix(num_digits);
  if (!text.starts_with(separator)) return false;
  while (text.starts_with(separator)) {
    text.remove_prefix(1);
    num_digits = std::min(text.find_first_not_of(kDigits), text.size());
    if (num_digits != 3) return false;
    text.remove_prefix(num_digits);
  }
  return true;
}

std::optional<SpelledNumber> parse_spelled(std::string_view given) {
  SpelledNumber out;
  std::string text = with_plain_signs(given);
  std::string_view rest = trimmed(text);
  // A word behind a number: of a unit, then of a scale.
  std::string suffix;
  bool has_unit = false;
  for (std::string_view word = last_word(rest); !word.empty(); word = last_word(rest)) {
    const std::string_view before = rest.substr(0, rest.size() - word.size());
    const bool is_apart = before.ends_with(' ');
    if (trimmed(before).empty()) return std::nullopt;
    if (is_apart && !has_unit && suffix.empty() && is_unit_word(word)) {
      has_unit = true;
      note(out, "unit words");
    } else if (suffix.empty() && (word.size() == 1 || is_apart) && scale_of_word(word) > 0.0 &&
               lower_case(word) != "g") {
      suffix = scale_of_word(word) == 1e3   ? "K"
               : scale_of_word(word) == 1e6 ? "M"
               : scale_of_word(word) == 1e9 ? "B"
                                            : "T";
      out.has_scale = true;
      if (word.size() > 1) note(out, "scales as words");
    } else {
      break;
    }
    rest = trimmed(before);
  }
  std::string number(rest);
  for (const char separator : {'_', ' ', '\''}) {
    if (number.find(separator) == std::string::npos || !is_grouped(number, separator)) continue;
    std::erase(number, separator);
    note(out, "thousands separators");
  }
  std::optional<double> value = parse_plain(number + suffix);
  if (!value && suffix.empty()) {
    value = parse_power(number);
    if (value) note(out, "powers");
  }
  if (!value) return std::nullopt;
  out.value = *value;
  return out;
}

}  // namespace isoflop
