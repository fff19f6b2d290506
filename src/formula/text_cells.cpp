#include "text_cells.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "isoflop/formula/formula_error.hpp"

namespace isoflop {
namespace detail {

std::size_t character_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(at);
  if (first < 0x80) return first >= 0x20 && first != 0x7f ? 1 : 0;
  const std::size_t length = first >= 0xc2 && first < 0xe0   ? 2
                             : first >= 0xe0 && first < 0xf0 ? 3
                             : first >= 0xf0 && first < 0xf5 ? 4
                                                             : 0;
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xc0u) != 0x80) return 0;
  }
  const unsigned second = byte(at + 1);
  const bool control = first == 0xc2 && second < 0xa0;
  const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool beyond = (first == 0xed && second >= 0xa0) || (first == 0xf4 && second >= 0x90);
  return control || overlong || beyond ? 0 : length;
}

std::string shown_character(std::string_view text, std::size_t at) {
  if (const std::size_t length = character_length(text, at)) {
    return "\"" + std::string(text.substr(at, length)) + "\"";
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(text[at]);
  return std::string("the byte 0x") + kDigits[byte >> 4u] + kDigits[byte & 15u];
}

std::string with_caret(std::string_view text, std::size_t position) {
  constexpr std::size_t kBefore = 44, kWidth = 72;
  std::vector<std::string> cells;
  std::size_t fault = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (at <= position) fault = cells.size();
    const std::size_t length = character_length(text, at);
    const bool blank = static_cast<unsigned char>(text[at]) < 0x20;
    cells.emplace_back(length > 0 ? std::string(text.substr(at, length)) : blank ? " " : "?");
    at += std::max<std::size_t>(length, 1);
  }
  if (position >= text.size()) fault = cells.size();

  std::size_t first = 0, last = cells.size();
  if (cells.size() > kWidth) {
    first = fault > kBefore ? std::min(fault - kBefore, cells.size() - kWidth) : 0;
    last = first + kWidth;
  }
  const std::string cut = "...";
  std::string line = first > 0 ? cut : "";
  for (std::size_t i = first; i < last; ++i) line += cells[i];
  if (last < cells.size()) line += cut;
  return "  " + line + "\n  " + std::string((first > 0 ? cut.size() : 0) + fault - first, ' ') +
         "^";
}

}  // namespace detail

FormulaError::FormulaError(const std::string& explanation, std::string_view expression,
                           std::size_t position)
    : InvalidArgument(explanation + "\n" + detail::with_caret(expression, position)),
      explanation_(explanation),
      position_(position) {}

}  // namespace isoflop
