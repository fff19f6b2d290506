/// How a problem counts training FLOPs, as values: what there is to say of it beside a plan.
#pragma once

#include "isoflop/plan/plan_problem.hpp"

namespace isoflop {

struct CostTerms {
  FlopAccounting accounting = FlopAccounting::kSixNd;
  double flops_per_active = 0.0, router_cost = 0.0, width_per_block = 0.0;  ///< kPaper only

  bool operator==(const CostTerms&) const = default;
};

inline CostTerms cost_terms(const PlanProblem& problem) {
  if (problem.accounting == FlopAccounting::kSixNd) return {};
  return {problem.accounting, problem.flops_per_active, problem.router_cost,
          problem.shape.width_per_block};
}

}  // namespace isoflop
