/// The plan to follow if one does not trust the best estimate alone: of many candidates the one
/// that does best on average over the draws of a law, and the one whose worst case is least bad.
///   regret_t(c) = L_t(c) - L_t(optimum of t)   [nats per token], t a draw, c a candidate
/// Candidates are the plan itself and what a share of the draws would plan, for the same budget.
#pragma once

#include <optional>

#include "isoflop/plan/plan_law.hpp"

namespace isoflop {

struct RobustPlan {
  double n_active, d_tokens, granularity;
  double mean_regret, worst_regret;  ///< nats per token
};

struct RobustPlans {
  RobustPlan planned;  ///< the plan of the best estimate
  RobustPlan best_on_average, least_worst;
};

/// Nothing for a plan that is not usable or a law without draws.
std::optional<RobustPlans> robust_plans(const PlanProblem& problem, const Plan& plan);

}  // namespace isoflop
