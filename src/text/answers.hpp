#pragma once

#include <string>

#include "isoflop/api/plan.hpp"

namespace isoflop::text {

/// Lines under the table of plans; empty where there is nothing to say.
std::string answers_text(const api::PlanOutcome& outcome);

}  // namespace isoflop::text
