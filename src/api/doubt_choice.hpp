// The fields of a DoubtChoice, and the thresholds that it settles.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <span>

#include "api/fields.hpp"
#include "isoflop/api/context.hpp"
#include "isoflop/api/doubt_choice.hpp"
#include "isoflop/plan/plan_doubts.hpp"

namespace isoflop::api {

/// A curve has no regret: `with_regret` false leaves out the field of its threshold.
void list_fields(FieldVisitor& f, DoubtChoice& choice, bool with_regret);

DoubtThresholds thresholds_of(const DoubtChoice& choice);

/// Warns of thresholds that were said where no plan has draws which they could judge.
void require_meant(const DoubtChoice& choice, std::span<const Plan> plans, const Context& context);

/// "why" of a plan: what is above its threshold.
nlohmann::ordered_json doubts_to_json(const std::vector<PlanDoubt>& doubts);

}  // namespace isoflop::api
