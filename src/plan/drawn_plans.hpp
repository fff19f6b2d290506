// What the draws of a law plan for one budget, and the intervals that this leaves.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "isoflop/plan/optimum.hpp"
#include "isoflop/plan/plan_problem.hpp"

namespace isoflop {

/// Quantities over the draws [draws], NaN where a draw has no plan.
struct DrawnPlans {
  std::vector<double> n_active, d_tokens, loss, granularity;

  explicit DrawnPlans(std::size_t count)
      : n_active(count), d_tokens(count), loss(count), granularity(count) {}

  void set(std::size_t i, const Optimum& at) {
    const bool usable = at.usable();
    n_active[i] = usable ? std::exp(at.log_n_active) : Plan::kNone;
    d_tokens[i] = usable ? std::exp(at.log_d) : Plan::kNone;
    loss[i] = usable ? std::exp(at.log_loss) : Plan::kNone;
    granularity[i] = usable ? at.granularity : Plan::kNone;
  }
};

/// All that PlanDraws holds but the regret, for a plan of the problem from its own coefficients.
PlanDraws summary_of(const PlanProblem& problem, const Plan& plan, const DrawnPlans& bootstrap,
                     const DrawnPlans& jackknife);

}  // namespace isoflop
