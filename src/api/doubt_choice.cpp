#include "api/doubt_choice.hpp"

#include <nlohmann/json.hpp>

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
