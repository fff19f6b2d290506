// What a cost table says beyond its rows: how well the fitted cost model tells times, and c_r.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "isoflop/cost/cost_table.hpp"

namespace isoflop::app {

/// Errors of the cost model per backend and pass, and the coefficients of its stages; "" for a
/// roofline and where too few layers were measured.
std::string describe_cost_models(const CostTable& table);
/// c_r over series and granularity with intervals, of graphs alone, and the headline; "" where
/// nothing can be said.
std::string describe_router_costs(const CostTable& table);

/// isoflop.show/1.
nlohmann::ordered_json findings_to_json(const CostTable& table);

}  // namespace isoflop::app
