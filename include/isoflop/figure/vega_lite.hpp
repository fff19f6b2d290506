/// The numbers of a figure as a Vega-Lite v5 specification, for tools that speak it.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "isoflop/figure/figure.hpp"

namespace isoflop {

nlohmann::ordered_json figure_vega_lite(const Figure& figure);

}  // namespace isoflop
