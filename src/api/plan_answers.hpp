#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "isoflop/api/plan.hpp"

namespace isoflop::api {

/// Plans with everything that belongs to them. price_per_unit: of the problem's cost, 0 where
/// nobody said one; flops_per_gpu_second: 0 where no GPU was named.
std::vector<PlanAnswer> answer_plans(const PlanProblem& problem, const std::vector<double>& budgets,
                                     double price_per_unit, double flops_per_gpu_second);

/// What is said beside the plan, into its JSON.
void add_to_json(const PlanProblem& problem, const PlanAnswer& answer, nlohmann::ordered_json& row);

}  // namespace isoflop::api
