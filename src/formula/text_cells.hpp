// UTF-8 text as the characters that a terminal shows.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace isoflop::detail {

// Bytes of the character that starts at `at`: 0 where there is none that can be shown (a control
// character, or bytes that are not UTF-8).
std::size_t character_length(std::string_view text, std::size_t at);

// The character at `at` in quotes, or its byte as a number.
std::string shown_character(std::string_view text, std::size_t at);

// Two lines: the text, or the part of it around `position` (in bytes), and a caret under that.
std::string with_caret(std::string_view text, std::size_t position);

}  // namespace isoflop::detail
