/// How far a plan would move with other runs of the same kind: the planner asked again with every
/// bootstrap draw of the law's coefficients. For a draw t and a plan for the budget C,
///   regret_t = C - C',  C' the smallest budget at which the optimum of t reaches L_t(plan),
/// where L_t(plan) is the loss that t gives the plan's N, D and G. The plan could itself have been
/// chosen under t, so L_t(plan) is no lower than the optimum of t for C, and C' <= C.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "isoflop/plan/plan_law.hpp"

namespace isoflop {

inline constexpr double kPlanLevel = 0.95;

/// Fills `draws` of every usable plan; `plans` are what plan_law gave for this problem. Nothing
/// happens where the law has no bootstrap draws. Intervals are BCa where the law has jackknife
/// draws and the correction exists, else percentile (core/interval.hpp). Throws InvalidArgument as
/// plan_law does, and for draws that are no coefficients of the law.
void add_draws(const PlanProblem& problem, std::vector<Plan>& plans);

/// The same for the plans of a curve, without the regret: the budgets are taken in order, and each
/// draw begins where its own last optimum lies. Uses num_threads (0: one per core), which changes
/// nothing in the result; progress, where there is one, is called with the draws done and all of
/// them, by one thread at a time.
void add_draws_to_curve(const PlanProblem& problem, std::vector<Plan>& plans,
                        unsigned num_threads = 0,
                        const std::function<void(std::size_t, std::size_t)>& progress = {});

}  // namespace isoflop
