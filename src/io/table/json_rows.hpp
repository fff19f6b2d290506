/// JSON objects as rows of a table; private to src/io.
#pragma once

#include <string>
#include <string_view>

namespace isoflop {

/// What a field holds in place of a list, which no column can be read from.
inline constexpr std::string_view kList = "[list]";

/// `json` with every number, NaN and Infinity outside of texts in quotes: what Python writes and
/// JSON lacks then parses, as the text that spells it.
std::string with_quoted_numbers(std::string_view json);

}  // namespace isoflop
