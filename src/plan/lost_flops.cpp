#include "isoflop/plan/lost_flops.hpp"

#include <cmath>

#include "isoflop/plan/plan_law.hpp"
#include "isoflop/plan/planner.hpp"

namespace isoflop {

double lost_flops(const PlanProblem& truth, const PlanProblem& belief, double budget_flops) {
  const Plan made = plan_law(belief, {budget_flops}).at(0);
  if (!made.usable() || !plan_law(truth, {budget_flops}).at(0).usable()) return Plan::kNone;
  const bool has_g = std::isfinite(made.granularity);
  if (has_granularity(truth.law) && !has_g) return Plan::kNone;
  const Planner planner = Planners(truth).own();
  const double log_budget = std::log(budget_flops);
  const Optimum best = planner.optimum(log_budget, truth.search);
  const double followed = planner.log_loss(std::log(made.n_active), std::log(made.d_tokens),
                                           has_g ? std::log(made.granularity) : 0.0);
  const double cheapest = planner.cheapest_log_budget(followed, log_budget, truth.search, best);
  return -budget_flops * std::expm1(cheapest - log_budget);
}

}  // namespace isoflop
