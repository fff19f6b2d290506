#include "isoflop/plan/against_flops.hpp"

#include <cmath>

#include "isoflop/plan/any_planner.hpp"

namespace isoflop {

std::optional<AgainstFlops> against_flops(const PlanRequest& timed, const Plan& plan) {
  if (!timed.time || !plan.usable() || !has_granularity(timed.law) ||
      timed.search.search == GranularitySearch::kFixed) {
    return std::nullopt;
  }
  PlanRequest counted = timed;
  counted.time.reset();
  counted.time_draws.clear();
  AgainstFlops out{};
  Optimum run, best;
  run.log_n_active = std::log(plan.n_active);
  run.log_d = std::log(plan.d_tokens);
  run.log_g = std::log(plan.granularity);
  with_planners(counted, [&](const MakePlanner& make) {
    const auto planner = make(counted.law.coefficients);
    const double log_flops = planner->log_spent(run);
    out.flops = std::exp(log_flops);
    best = planner->optimum(log_flops, counted.search);
  });
  if (!best.usable()) return std::nullopt;
  out.flops_granularity = best.granularity;
  if (best.granularity == plan.granularity) return out;
  PlanRequest fixed = timed;
  fixed.search.search = GranularitySearch::kFixed;
  fixed.search.granularity = best.granularity;
  with_planners(fixed, [&](const MakePlanner& make) {
    const auto log_time =
        make(fixed.law.coefficients)->log_budget_for(std::log(plan.loss), fixed.search);
    out.extra_share = log_time ? std::exp(*log_time) / plan.budget - 1.0 : Plan::kNone;
  });
  return out;
}

}  // namespace isoflop
