/// Columns of a table by name, with an answer for the user where the name is not there. Private to
/// src/io.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "isoflop/io/text_table.hpp"

namespace isoflop {

/// Position of the column with exactly this name. Throws DataError where two have it.
std::optional<std::size_t> column_index(const TextTable& table, std::string_view name);

/// Like column_index, but refuses where there is none.
std::size_t find_column(const TextTable& table, const std::string& name,
                        const std::function<std::string(const std::string&)>& correction);

/// Throws DataError for a column that is not there. The error names the column whose name is most
/// like `name` or `meaning` ("" = none) of those that `may_be` the one (all, where it is empty), or
/// all columns if none is, and ends with what `correction` makes of the column to use: the words
/// that mend the command line.
[[noreturn]] void refuse_column(const TextTable& table, const std::string& name,
                                std::string_view meaning,
                                const std::function<std::string(const std::string&)>& correction,
                                const std::function<bool(const std::string&)>& may_be = {});

/// `text` as a shell takes it for one word, on one line.
std::string shell_word(const std::string& text);

/// "a", "b", "c"; a long list is cut.
std::string list_of(const std::vector<std::string>& names);

}  // namespace isoflop
