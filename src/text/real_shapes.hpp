#pragma once

#include <string>

#include "isoflop/api/plan.hpp"

namespace isoflop::text {

/// A table of the shapes for this budget, best first, or the reason why there are none.
std::string shapes_text(const api::PlanOutcome& outcome, double budget,
                        const api::ShapeAnswer& answer);

}  // namespace isoflop::text
