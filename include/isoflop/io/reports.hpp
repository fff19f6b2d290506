/// Plans as JSON. docs/formats.md describes every field.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "isoflop/plan/plan.hpp"

namespace isoflop {

inline constexpr std::string_view kPlanFormat = "isoflop.plan/1";

/// Numbers that are not finite become null. `timed`: budgets are GPU-seconds.
nlohmann::ordered_json plan_to_json(const Plan& plan, bool timed = false);

}  // namespace isoflop
