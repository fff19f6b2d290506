#include "isoflop/plan/against_flops.hpp"

#include <cmath>

#include "isoflop/plan/planner.hpp"

namespace isoflop {

namespace {

PlanProblem counted_in_flops(const PlanProblem& timed) {
  PlanProblem out = timed;
  out.time.reset();
  out.time_draws.clear();
  return out;
}

}  // namespace

double flops_of_run(const PlanProblem& timed, const Plan& plan) {
  const PlanProblem counted = counted_in_flops(timed);
  Optimum run;
  run.log_n_active = std::log(plan.n_active);
  run.log_d = std::log(plan.d_tokens);
  run.log_g = std::isfinite(plan.granularity) ? std::log(plan.granularity) : 0.0;
  return std::exp(Planners(counted).own().log_spent(run));
}

std::optional<AgainstFlops> against_flops(const PlanProblem& timed, const Plan& plan) {
  if (!timed.time || !plan.usable() || !has_granularity(timed.law) ||
      timed.search.search == GranularitySearch::kFixed) {
    return std::nullopt;
  }
  const PlanProblem counted = counted_in_flops(timed);
  AgainstFlops out{};
  out.flops = flops_of_run(timed, plan);
  const Optimum best = Planners(counted).own().optimum(std::log(out.flops), counted.search);
  if (!best.usable()) return std::nullopt;
  out.flops_granularity = best.granularity;
  if (best.granularity == plan.granularity) return out;
  PlanProblem fixed = timed;
  fixed.search.search = GranularitySearch::kFixed;
  fixed.search.granularity = best.granularity;
  const auto log_time = Planners(fixed).own().log_budget_for(std::log(plan.loss), fixed.search);
  out.extra_share = log_time ? std::exp(*log_time) / plan.budget - 1.0 : Plan::kNone;
  return out;
}

}  // namespace isoflop
