// JSON files read and parsed with faults that name the place.
#pragma once

#include <cstddef>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace isoflop::detail {

/// Throws DataError for a file that cannot be read or is not JSON, with path and line. A report in
/// HTML (isoflop/text/report.hpp) is the JSON that it holds.
nlohmann::ordered_json read_json_file(const std::string& path);
nlohmann::ordered_json parse_json(std::string_view text, const std::string& origin);

/// The JSON that a report holds; any other text as it is. Throws DataError for a report without.
std::string_view json_within(std::string_view text, const std::string& origin);
/// The same as it was printed: of a report, which holds it in other letters, printed anew.
std::string printed_json_within(std::string_view text, const std::string& origin);

/// What is wrong with how a text nests brackets: deeper than any reader may follow, or, unless
/// `most_keys` is 0, an object of more keys than may be looked up one by one; nothing where it is
/// moderate. Linear, and for any text.
std::optional<std::string> json_excess(std::string_view text, std::size_t most_keys = 0);

/// What is wrong with an object that has a member which is none of those, `what` in front of it;
/// nothing where it has none. A misspelt name would silently leave something out.
std::optional<std::string> unknown_member(const nlohmann::ordered_json& object,
                                          const std::string& what,
                                          std::span<const std::string_view> known);

}  // namespace isoflop::detail
