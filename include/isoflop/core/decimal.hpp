/// Doubles as decimal text and back, under no locale: <charconv> where the standard library has it
/// for doubles, else the same answers from the C library (libc++ of clang 14, and so Emscripten
/// 3.1.6, has it for integers alone).
#pragma once

#include <array>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>
#include <system_error>
#include <version>

namespace isoflop {

/// What was read of a text: how far, and std::errc{} where that is a number a double holds.
struct DecimalRead {
  std::size_t length = 0;
  std::errc fault = std::errc::invalid_argument;
};

namespace detail {

/// printf's "%.*<letter>", with a point whatever the locale has.
inline std::string printed(const char* format, int precision, double value) {
  std::string out(400, '\0');
  out.resize(
      static_cast<std::size_t>(std::snprintf(out.data(), out.size(), format, precision, value)));
  for (char& c : out) {
    if (c == ',') c = '.';
  }
  return out;
}

/// The shortest text that reads back as the same double, without <charconv>: the fewest digits, and
/// of the two notations the shorter, fixed where they are equally long.
inline std::string shortest_by_printf(double value) {
  if (!std::isfinite(value)) {
    return std::isnan(value) ? (std::signbit(value) ? "-nan" : "nan") : value < 0 ? "-inf" : "inf";
  }
  int digits = 1;
  while (digits < 17 && std::strtod(printed("%.*e", digits - 1, value).c_str(), nullptr) != value) {
    ++digits;
  }
  std::string scientific = printed("%.*e", digits - 1, value);
  const int exponent = std::atoi(scientific.c_str() + scientific.find('e') + 1);
  const int decimals = digits - 1 - exponent;
  if (std::abs(exponent) > 300) return scientific;
  std::string fixed = printed("%.*f", decimals > 0 ? decimals : 0, value);
  return fixed.size() <= scientific.size() ? fixed : scientific;
}

/// from_chars without <charconv>: no blanks, no plus, no hexadecimal digits.
inline DecimalRead read_by_strtod(std::string_view text, double& value) {
  const std::size_t sign = text.starts_with('-') ? 1 : 0;
  if (text.substr(sign).find_first_of("0123456789.in") != 0) return {};
  std::string copy(text);
  if (const std::size_t x = copy.find_first_of("xX"); x != std::string::npos) copy.resize(x);
  char* end = nullptr;
  errno = 0;
  const double read = std::strtod(copy.c_str(), &end);
  const auto length = static_cast<std::size_t>(end - copy.c_str());
  if (length == 0) return {};
  // A number below the normal ones is a number all the same.
  if (errno == ERANGE && (read == 0.0 || std::isinf(read))) {
    return {length, std::errc::result_out_of_range};
  }
  value = read;
  return {length, std::errc{}};
}

}  // namespace detail

/// Shortest text that reads back as the same double; "inf", "-inf" and "nan" for what is no number.
inline std::string shortest_decimal(double value) {
#ifdef __cpp_lib_to_chars
  std::array<char, 32> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
#else
  return detail::shortest_by_printf(value);
#endif
}

/// As printf's "%.*g" and "%.*e" write it in the C locale.
inline std::string general_decimal(double value, int significant) {
  return detail::printed("%.*g", significant, value);
}
inline std::string scientific_decimal(double value, int decimals) {
  return detail::printed("%.*e", decimals, value);
}

/// Reads the number that a text begins with; `value` stays what it is where there is none, or none
/// that a double holds.
inline DecimalRead read_decimal(std::string_view text, double& value) {
#ifdef __cpp_lib_to_chars
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
  return {static_cast<std::size_t>(end - text.data()), fault};
#else
  return detail::read_by_strtod(text, value);
#endif
}

}  // namespace isoflop
