/// One model trained at every granularity for the same cost: N stays, and each power of two G sees
/// the tokens that the cost of the reference pays for.
///   c(N, G) D(G) = c(N, G_ref) D_ref,   c the cost per token
#pragma once

#include <vector>

#include "isoflop/plan/plan_problem.hpp"

namespace isoflop {

struct SameCostRun {
  double granularity, d_tokens, loss;
  bool extrapolates_time;  ///< the layer lies beyond those of the cost table
};

/// Active parameters, and the run whose cost all others are given.
struct SameCostQuestion {
  double n_active = 0.0;
  double d_tokens = 0.0;  ///< at `reference`
  double reference = 8.0;
  double max_granularity = 64.0;
};

/// In rising order of G, from 1 on. Throws InvalidArgument as Planners does.
std::vector<SameCostRun> same_cost_runs(const PlanProblem& problem,
                                        const SameCostQuestion& question);

/// The lowest loss. Precondition: there are runs.
const SameCostRun& best_of(const std::vector<SameCostRun>& runs);

}  // namespace isoflop
