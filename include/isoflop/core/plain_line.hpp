/// Texts of strangers' files on one line: without what ends a line, what a terminal obeys and what
/// turns the direction of letters. A name must not look like a line of the program's own.
#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

namespace isoflop {

/// The bytes of the control that `text` has at `at`; 0 for anything else. Of ASCII, of Unicode's
/// second set (U+0080 to U+009F), of the ends of lines and paragraphs (U+2028, U+2029) and of what
/// changes the direction (U+061C, U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069), in UTF-8.
inline std::size_t control_at(std::string_view text, std::size_t at) {
  auto byte = [&](std::size_t i) -> unsigned {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0U;
  };
  const unsigned first = byte(0);
  if (first < 0x20 || first == 0x7F) return 1;
  if (first == 0xC2) return byte(1) >= 0x80 && byte(1) <= 0x9F ? 2 : 0;
  if (first == 0xD8) return byte(1) == 0x9C ? 2 : 0;
  if (first != 0xE2) return 0;
  const unsigned last = byte(2);
  const bool turns = (byte(1) == 0x80 && (last == 0x8E || last == 0x8F)) ||
                     (byte(1) == 0x80 && last >= 0xA8 && last <= 0xAE) ||
                     (byte(1) == 0x81 && last >= 0xA6 && last <= 0xA9);
  return turns ? 3 : 0;
}

/// The text with one '?' for each such control, but for `kept` ones of ASCII.
inline std::string without_controls(std::string_view text, std::string_view kept = {}) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t bytes = control_at(text, i);
    const bool shown = bytes == 0 || (bytes == 1 && kept.find(text[i]) != kept.npos);
    out += shown ? text[i] : '?';
    i += shown ? 1 : bytes;
  }
  return out;
}

/// The same where line ends, with the blanks about them, and tabs become one blank.
inline std::string plain_line(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n\v\f";
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t end = std::min(text.find_first_not_of(kBlank, i), text.size());
    const bool is_space = text.substr(i, end - i).find_first_not_of(' ') == text.npos;
    if (end > i) {
      out += is_space ? text.substr(i, end - i) : std::string_view(" ");
      i = end;
      continue;
    }
    const std::size_t bytes = control_at(text, i);
    out += bytes == 0 ? text[i] : '?';
    i += bytes == 0 ? 1 : bytes;
  }
  return out;
}

}  // namespace isoflop
