/// Plans from a law record: settles what the law's N means for the chosen cost, then asks the
/// planner. Refuses where the conventions do not meet, rather than mix them.
#pragma once

#include <functional>
#include <vector>

#include "isoflop/plan/plan.hpp"
#include "isoflop/plan/plan_problem.hpp"

namespace isoflop {

/// One plan per budget, each with its own status. Throws InvalidArgument for budgets that are not
/// positive, conventions that do not meet, and a cost without a price on granularity when the law
/// has one and the problem does not fix it.
std::vector<Plan> plan_law(const PlanProblem& problem, const std::vector<double>& budgets);

/// The same for many budgets in order: each search begins where the last one ended, which changes
/// no digit (planner.hpp), and `coarse` is left out.
/// `cancelled` is asked between budgets; true ends the call with Cancelled.
std::vector<Plan> plan_curve(const PlanProblem& problem, const std::vector<double>& budgets,
                             const std::function<bool()>& cancelled = {});

}  // namespace isoflop
