#include "isoflop/plan/plan_doubts.hpp"

#include <cmath>
#include <limits>

#include "isoflop/error.hpp"

namespace isoflop {
namespace {

double span_of(const EstimatedInterval& x) {
  const double out = x.range.high / x.range.low;
  return std::isnan(out) ? std::numeric_limits<double>::infinity() : out;
}

}  // namespace

void require_thresholds(const DoubtThresholds& thresholds) {
  if (!(thresholds.n_span > 1.0)) {
    throw InvalidArgument("max_n_span", field("max_n_span") + " is a factor above 1");
  }
  auto require_share = [](const char* name, double x) {
    if (x >= 0.0 && x <= 1.0) return;
    throw InvalidArgument(name, field(name) + " is a share, from 0 to 1");
  };
  require_share("max_regret", thresholds.regret);
  require_share("max_without_plan", thresholds.without_plan);
}

std::vector<PlanDoubt> doubts_of(const Plan& plan, const DoubtThresholds& thresholds) {
  require_thresholds(thresholds);
  std::vector<PlanDoubt> out;
  if (!plan.draws || plan.draws->num_draws == 0) return out;
  const PlanDraws& draws = *plan.draws;
  auto add = [&](PlanDoubtKind kind, double value, double threshold) {
    if (value > threshold) out.push_back({kind, value, threshold});
  };
  add(PlanDoubtKind::kNSpan, span_of(draws.n_active), thresholds.n_span);
  add(PlanDoubtKind::kRegret, draws.regret / plan.budget, thresholds.regret);
  add(PlanDoubtKind::kWithoutPlan,
      static_cast<double>(draws.num_without_plan) / static_cast<double>(draws.num_draws),
      thresholds.without_plan);
  return out;
}

void add_doubts(std::vector<Plan>& plans, const DoubtThresholds& thresholds) {
  for (Plan& plan : plans) plan.doubts = doubts_of(plan, thresholds);
}

}  // namespace isoflop
