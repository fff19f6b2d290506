#include "api/doubt_choice.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "api/changes_nothing.hpp"
#include "io/json_values.hpp"

namespace isoflop::api {
namespace {

const char* key_of(PlanDoubtKind kind) {
  switch (kind) {
    case PlanDoubtKind::kNSpan:
      return "n_active_span";
    case PlanDoubtKind::kRegret:
      return "regret_share";
    case PlanDoubtKind::kWithoutPlan:
      break;
  }
  return "without_plan_share";
}

}  // namespace

void list_fields(FieldVisitor& f, DoubtChoice& choice, bool with_regret) {
  f.number("max_n_span", choice.max_n_span, Numbers::kPositiveOrInfinite);
  if (with_regret) f.share("max_regret", choice.max_regret);
  f.share("max_without_plan", choice.max_without_plan);
  f.flag("accept_undetermined", choice.accept_undetermined);
}

DoubtThresholds thresholds_of(const DoubtChoice& choice) {
  DoubtThresholds out;
  out.n_span = choice.max_n_span.value_or(out.n_span);
  out.regret = choice.max_regret.value_or(out.regret);
  out.without_plan = choice.max_without_plan.value_or(out.without_plan);
  require_thresholds(out);
  return out;
}

void require_meant(const DoubtChoice& choice, std::span<const Plan> plans, const Context& context) {
  const auto draws = [](const Plan& plan) { return plan.draws.has_value(); };
  const auto usable = [](const Plan& plan) { return plan.usable(); };
  if (std::any_of(plans.begin(), plans.end(), draws)) return;
  if (std::none_of(plans.begin(), plans.end(), usable)) return;  // others' draws are not asked
  ChangesNothing()
      .add(choice.max_n_span.has_value(), "max_n_span")
      .add(choice.max_regret.has_value(), "max_regret")
      .add(choice.max_without_plan.has_value(), "max_without_plan")
      .warn(context, "no resamples are at hand to judge a plan by");
}

nlohmann::ordered_json doubts_to_json(const std::vector<PlanDoubt>& doubts) {
  nlohmann::ordered_json out = nlohmann::ordered_json::array();
  for (const PlanDoubt& doubt : doubts) {
    out.push_back({{"quantity", key_of(doubt.kind)},
                   {"value", detail::finite_or_null(doubt.value)},
                   {"threshold", detail::finite_or_null(doubt.threshold)}});
  }
  return out;
}

}  // namespace isoflop::api
