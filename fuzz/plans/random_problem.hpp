/// What a planner may be asked, by chance: a published law with scattered coefficients, a way to
/// count FLOPs, limits, and a budget.
#pragma once

#include "isoflop/core/random.hpp"
#include "isoflop/plan/plan_problem.hpp"

namespace isoflop::fuzz {

/// The same for the same seed.
struct RandomPlan {
  explicit RandomPlan(std::uint64_t seed);

  PlanProblem problem;
  double budget = 0.0;  ///< FLOPs
  double more_budget = 0.0;
};

}  // namespace isoflop::fuzz
