#include "drawn_plans.hpp"

#include <algorithm>
#include <cmath>

#include "isoflop/core/interval.hpp"
#include "isoflop/plan/plan_draws.hpp"

namespace isoflop {
namespace {

std::vector<double> times(std::vector<double> values, double factor) {
  for (double& x : values) x *= factor;
  return values;
}

std::vector<double> ratio(std::vector<double> values, const std::vector<double>& by) {
  for (std::size_t i = 0; i < values.size(); ++i) values[i] /= by[i];
  return values;
}

}  // namespace

PlanDraws summary_of(const PlanProblem& problem, const Plan& plan, const DrawnPlans& bootstrap,
                     const DrawnPlans& jackknife) {
  PlanDraws out;
  out.num_draws = bootstrap.n_active.size();
  out.num_without_plan =
      static_cast<std::size_t>(std::count_if(bootstrap.n_active.begin(), bootstrap.n_active.end(),
                                             [](double x) { return std::isnan(x); }));
  auto interval = [](const std::vector<double>& values, double estimate,
                     const std::vector<double>& left_out) {
    return draw_interval(values, estimate, left_out, kPlanLevel);
  };
  const double total = n_total_per_active(problem);
  out.n_total =
      interval(times(bootstrap.n_active, total), plan.n_total, times(jackknife.n_active, total));
  out.n_active = interval(bootstrap.n_active, plan.n_active, jackknife.n_active);
  out.d_tokens = interval(bootstrap.d_tokens, plan.d_tokens, jackknife.d_tokens);
  out.tokens_per_active_parameter =
      interval(ratio(bootstrap.d_tokens, bootstrap.n_active), plan.tokens_per_active_parameter(),
               ratio(jackknife.d_tokens, jackknife.n_active));
  out.loss = interval(bootstrap.loss, plan.loss, jackknife.loss);
  if (!has_granularity(problem.law)) return out;
  if (problem.search.search == GranularitySearch::kContinuous) {
    out.granularity = interval(bootstrap.granularity, plan.granularity, jackknife.granularity);
  } else if (problem.search.search == GranularitySearch::kPowersOfTwo) {
    for (const double g : bootstrap.granularity) {
      if (!std::isnan(g)) out.granularity_frequency[g] += 1.0;
    }
    const auto count = static_cast<double>(out.num_draws - out.num_without_plan);
    for (auto& [g, share] : out.granularity_frequency) share /= count;
  }
  return out;
}

}  // namespace isoflop
