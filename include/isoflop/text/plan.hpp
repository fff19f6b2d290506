/// Plans as a text for people.
#pragma once

#include <string>

#include "isoflop/api/plan.hpp"

namespace isoflop::text {

/// A table of the plans, one of their intervals where the law has draws, what to know of both, and
/// what else was asked for.
std::string plan(const api::PlanOutcome& outcome);

}  // namespace isoflop::text
