/// Text from a file or the command line inside an error message. Private to src.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "isoflop/core/plain_line.hpp"

namespace isoflop {

/// `text` as part of one line of bounded length: control characters are shown as '?', and what is
/// too long is cut, between two letters of UTF-8.
inline std::string one_line(std::string_view text) {
  constexpr std::size_t kMaxLength = 80;
  if (text.size() <= kMaxLength) return without_controls(text);
  std::size_t end = kMaxLength;
  while (end > kMaxLength - 4 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  return without_controls(text.substr(0, end)) + "...";
}

inline std::string in_quotes(std::string_view text) {
  std::string shown = one_line(text);
  shown.insert(shown.begin(), '"');
  shown.push_back('"');
  return shown;
}

}  // namespace isoflop
