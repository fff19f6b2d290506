// The optimum of a budget over granularities: powers of two, one alone, or any.
#pragma once

#include "isoflop/plan/optimum.hpp"
#include "isoflop/plan/plan.hpp"
#include "plan/best_size.hpp"

namespace isoflop {

/// What Planner::optimum says.
Optimum find_optimum(const BestSize& size, double log_budget, const PlanOptions& options,
                     const Optimum* near);

}  // namespace isoflop
