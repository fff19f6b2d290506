// Plans in the terms of a table of runs, where nobody said what its N counts.
#pragma once

#include <vector>

#include "isoflop/core/run_table.hpp"
#include "isoflop/plan/plan_problem.hpp"

namespace isoflop::api {

/// 6 N D with N as the table counts it, so that no convention is needed; where the law has a
/// granularity it is held at the median of the runs, because 6 N D puts no price on it.
PlanProblem six_nd_problem(const AnyLaw& law, const std::vector<double>& coefficients,
                           const RunTable& runs);

/// With a budget alone nothing can be planned from a law without N and D, or with more variables.
bool can_plan_budget(const AnyLaw& law);

}  // namespace isoflop::api
