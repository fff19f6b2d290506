/// The format isoflop.figure/1; docs/figures.md describes it.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "isoflop/figure/figure.hpp"

namespace isoflop {

nlohmann::ordered_json figure_to_json(const Figure& figure);

/// Throws DataError(origin, …) with one line for anything that is no such figure.
Figure figure_from_json(const nlohmann::ordered_json& json, const std::string& origin);

}  // namespace isoflop
