#include "isoflop/plan/experts_of_plan.hpp"

#include <cmath>

#include "isoflop/convention/experts.hpp"
#include "isoflop/convention/granularity.hpp"

namespace isoflop {

std::optional<ExpertRates> rates_of_law(const PlanProblem& problem) {
  std::optional<double> held;
  if (problem.search.search == GranularitySearch::kFixed) held = problem.search.granularity;
  return rates_of_law(problem.law, held);
}

std::optional<ExpertRates> rates_of_plan(const PlanProblem& problem, const Plan& plan) {
  std::optional<ExpertRates> out = rates_of_law(problem);
  if (out && std::isfinite(plan.granularity)) out->granularity = plan.granularity;
  return out;
}

std::optional<double> d_ff_per_d_model(const PlanProblem& problem) {
  if (problem.law.family) return std::nullopt;
  const bool gated = problem.time && problem.time->setup().activation == Activation::kSwiGlu;
  return gated ? problem.shape.feed_forward / 3.0 : kDffPerDmodel;
}

std::optional<double> d_ff_of_plan(const PlanProblem& problem, const Plan& plan) {
  const std::optional<double> ratio = d_ff_per_d_model(problem);
  if (!ratio || !std::isfinite(plan.d_model)) return std::nullopt;
  return *ratio * plan.d_model;
}

}  // namespace isoflop
