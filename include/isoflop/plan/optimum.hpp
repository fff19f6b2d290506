/// The best run of a budget as the planner finds it, before what surrounds a plan is filled in.
#pragma once

#include "isoflop/plan/plan.hpp"

namespace isoflop {

/// Where the lowest loss of a budget lies; natural logarithms, so that it can be evaluated again
/// without a rounding.
struct Optimum {
  PlanStatus status = PlanStatus::kFailed;
  const char* note = "";  ///< why the status is not optimal
  double log_n_active = Plan::kNone, log_d = Plan::kNone, log_g = Plan::kNone;
  double log_loss = Plan::kNone;  ///< of the best point of the search, even if that is on its edge
  double granularity = 1.0;       ///< exp(log_g) without a rounding
  Limit binding = Limit::kNone;   ///< what keeps N from being larger
  BrokenLimit broken{};           ///< where the status is kInfeasible

  bool usable() const { return status == PlanStatus::kOptimal; }
};

}  // namespace isoflop
