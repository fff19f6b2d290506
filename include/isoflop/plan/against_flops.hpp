/// Where the best granularity in time parts from the best one in FLOPs, and what it would cost to
/// take the latter all the same.
#pragma once

#include <optional>

#include "isoflop/plan/plan_law.hpp"

namespace isoflop {

struct AgainstFlops {
  double flops;              ///< of the plan, served tokens included, as problem.accounting counts
  double flops_granularity;  ///< best for so many FLOPs
  double extra_share;        ///< of the time, for the plan's loss at that granularity; NaN: never
};

/// The training FLOPs of a plan in time, served tokens included, as the problem's accounting
/// counts.
double flops_of_run(const PlanProblem& timed, const Plan& plan);

/// Nothing for a plan that is not usable, a law without a granularity, a problem that is not in
/// time or fixes G.
std::optional<AgainstFlops> against_flops(const PlanProblem& timed, const Plan& plan);

}  // namespace isoflop
