/// How many times the FLOPs another law, or the same at another granularity, needs for the loss of
/// a plan:
///   compute multiplier = C' / C,  C the budget of the plan, C' the smallest budget with which the
///   other's own best N, D and G reach the plan's loss.
/// Krajewski, Ludziejewski et al. 2024, arXiv 2402.07871, compare fine-grained experts with dense
/// models so.
#pragma once

#include <string>
#include <vector>

#include "isoflop/plan/plan_law.hpp"

namespace isoflop {

struct Versus {
  double compute_multiplier = Plan::kNone;
  double budget = Plan::kNone;  ///< C', in the unit of the other's cost
  std::string note;             ///< why there is no multiplier; empty where there is one
};

/// One answer per plan. Budgets of both must have the same unit. A plan that is not usable, and a
/// loss that no budget reaches under `other`, leave a note in place of a multiplier. Throws
/// InvalidArgument as plan_law does for `other`.
std::vector<Versus> versus(const PlanProblem& other, const std::vector<Plan>& plans);

/// The problem with another law in it, under the same cost where that can price the law, else under
/// the law's own. Throws InvalidArgument where neither can.
PlanProblem with_law(const PlanProblem& problem, const LawRecord& law);

/// What a plan is compared with.
struct Rival {
  std::string name;
  PlanProblem problem;
};

/// Dense models: the law at E = 1 where it has a variable E, else the dense law that was published
/// beside it. Throws InvalidArgument for a law of dense models and one that has neither.
Rival dense_of(const PlanProblem& problem, const std::vector<LawRecord>& published);

/// The problem with G = 1. Throws InvalidArgument for a law without a granularity.
PlanProblem coarse_of(const PlanProblem& problem);

}  // namespace isoflop
