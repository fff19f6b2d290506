// What is said of a plan beside the plan itself: how another count of FLOPs moves it, where time
// parts from FLOPs, limits that bind, money, and what is best where the law is uncertain.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "isoflop/plan/against_flops.hpp"
#include "isoflop/plan/robust_plan.hpp"

namespace isoflop::app {

struct PlanAnswer {
  Plan plan;
  std::optional<Plan> own_accounting;  ///< where FLOPs are not counted as the law's own are
  std::optional<AgainstFlops> against_flops;
  std::optional<RobustPlans> robust;
  double price = 0.0;      ///< 0: nobody said
  double gpu_hours = 0.0;  ///< of a budget in FLOPs on the GPU that was named; 0: none was
};

/// Plans with everything that belongs to them; price_per_unit and flops_per_gpu_second as
/// BudgetArguments has them.
std::vector<PlanAnswer> answer_plans(const PlanProblem& request, const std::vector<double>& budgets,
                                     double price_per_unit, double flops_per_gpu_second);

/// Lines under the table of plans; empty where there is nothing to say.
std::string answers_text(const PlanProblem& request, const std::vector<PlanAnswer>& answers);

/// Puts the same into the plan's JSON.
void add_to_json(const PlanProblem& request, const PlanAnswer& answer, nlohmann::ordered_json& row);

}  // namespace isoflop::app
