#include "isoflop/plan/versus.hpp"

#include <cmath>

#include "isoflop/error.hpp"
#include "isoflop/plan/plan_fault.hpp"
#include "isoflop/plan/planner.hpp"

namespace isoflop {

std::vector<Versus> versus(const PlanProblem& other, const std::vector<Plan>& plans) {
  if (const auto fault = plan_fault(other)) throw *fault;
  std::vector<Versus> out;
  const Planner planner = Planners(other).own();
  for (const Plan& plan : plans) {
    Versus& answer = out.emplace_back();
    if (!std::isfinite(plan.loss)) {
      answer.note = "there is no plan to compare with";
      continue;
    }
    const auto log_budget = planner.log_budget_for(std::log(plan.loss), other.search);
    if (!log_budget) {
      answer.note = "no budget reaches this loss";
      continue;
    }
    answer.budget = std::exp(*log_budget);
    answer.compute_multiplier = std::exp(*log_budget - std::log(plan.budget));
  }
  return out;
}

PlanProblem coarse_of(const PlanProblem& request) {
  if (!has_granularity(request.law)) {
    throw InvalidArgument("the law " + request.law.law.name() +
                          " has no granularity, so that nothing is coarser");
  }
  PlanProblem out = request;
  out.search.search = GranularitySearch::kFixed;
  out.search.granularity = 1.0;
  return out;
}

}  // namespace isoflop
