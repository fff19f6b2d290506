// A configuration file: what a team sets once, as fields of requests in JSON. It is read only where
// --config names it; what was typed stands above it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace isoflop::app {

/// {"expansion": 64, "gpu": "h100-sxm"}. Throws DataError for a file that is none, or that says
/// something of a field that is not in `known`, with the nearest that is.
nlohmann::ordered_json read_config(const std::string& path,
                                   const std::vector<std::string_view>& known);

/// Puts what the settings say of the field into the request, unless the request has the field, or
/// another one that says the same otherwise: a cost table instead of a GPU.
void add_setting(const nlohmann::ordered_json& settings, const std::string& field,
                 nlohmann::ordered_json& request);

}  // namespace isoflop::app
