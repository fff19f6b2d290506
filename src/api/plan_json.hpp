// A plan as JSON; docs/reference/formats.md describes every field.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include "isoflop/laws/law_facts.hpp"
#include "isoflop/plan/cost_terms.hpp"
#include "isoflop/plan/plan.hpp"

namespace isoflop::api {

/// Numbers that are not finite become null. `timed`: budgets are GPU-seconds.
nlohmann::ordered_json plan_to_json(const LawFacts& law, const Plan& plan, bool timed = false);

/// How FLOPs are counted: the accounting and, for the paper's, its constants.
nlohmann::ordered_json cost_json(const CostTerms& cost);

}  // namespace isoflop::api
