/// Text from a file or the command line inside an error message. Private to src.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace isoflop {

/// Whether `c` is a line end or another control character.
inline bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// `text` as part of one line of bounded length: control characters are shown as '?', and what is
/// too long is cut.
inline std::string one_line(std::string_view text) {
  constexpr std::size_t kMaxLength = 80;
  std::string shown(text.substr(0, kMaxLength));
  for (char& c : shown) {
    if (is_control(c)) c = '?';
  }
  return text.size() > kMaxLength ? shown + "..." : shown;
}

inline std::string in_quotes(std::string_view text) {
  std::string shown = one_line(text);
  shown.insert(shown.begin(), '"');
  shown.push_back('"');
  return shown;
}

}  // namespace isoflop
