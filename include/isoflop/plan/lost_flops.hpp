/// What it costs to plan with one law where another one holds.
#pragma once

#include "isoflop/plan/plan_law.hpp"

namespace isoflop {

/// C - C' in FLOPs, where C is the budget, C' the smallest budget with which the best plan under
/// `truth` reaches the loss that, under `truth`, the plan made from `belief` with C reaches. Not
/// negative where both problems count FLOPs alike and search the same granularities. NaN where one
/// of them has no plan for C, or `truth` has a granularity and the plan made from `belief` none.
/// Throws InvalidArgument as plan_law does.
double lost_flops(const PlanProblem& truth, const PlanProblem& belief, double budget_flops);

}  // namespace isoflop
