// JSON files read and parsed with faults that name the place.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

namespace isoflop::detail {

/// Throws DataError for a file that cannot be read or is not JSON, with path and line. A report in
/// HTML (isoflop/text/report.hpp) is the JSON that it holds.
nlohmann::ordered_json read_json_file(const std::string& path);
nlohmann::ordered_json parse_json(std::string_view text, const std::string& origin);

/// The JSON that a report holds; any other text as it is. Throws DataError for a report without.
std::string_view json_within(std::string_view text, const std::string& origin);

}  // namespace isoflop::detail
