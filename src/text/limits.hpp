#pragma once

#include <string>

#include "isoflop/plan/plan_problem.hpp"

namespace isoflop::text {

/// One line per limit that binds with its price, and one per broken limit with what would do.
std::string limits_text(const PlanProblem& problem, const Plan& plan);

}  // namespace isoflop::text
