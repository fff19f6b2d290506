/// When a plan is undetermined: the runs behind the law say too little to train what it says. By
/// the draws of the law, were each the truth (plan_draws.hpp):
///   n_span       = high / low of the 95 % interval of N active
///   regret       = mean regret / budget
///   without_plan = draws without a plan / draws
/// The plan stays the optimum of its law; a regret that nobody computed is in no doubt.
#pragma once

#include <vector>

#include "isoflop/plan/plan.hpp"

namespace isoflop {

/// A plan is undetermined where one of its numbers is above the threshold. The
/// defaults are a judgement, from no source: what they let through is in
/// docs/explain/planning-problem.md.
struct DoubtThresholds {
  double n_span = 30.0;
  double regret = 0.20;
  double without_plan = 0.05;
};

/// Throws InvalidArgument for a span that is not above 1, and shares that are not between 0 and 1.
void require_thresholds(const DoubtThresholds& thresholds);

/// What a plan's draws are above; empty for a plan without draws. Draws that give no interval of N
/// at all span infinitely much. Throws as require_thresholds does.
std::vector<PlanDoubt> doubts_of(const Plan& plan, const DoubtThresholds& thresholds = {});

/// Fills `doubts` of every plan.
void add_doubts(std::vector<Plan>& plans, const DoubtThresholds& thresholds = {});

}  // namespace isoflop
