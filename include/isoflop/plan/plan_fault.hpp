/// Whether anything can be planned with a problem, asked before planning: a law and conventions
/// that do not meet are no error of whoever compares several.
#pragma once

#include <optional>

#include "isoflop/error.hpp"
#include "isoflop/plan/plan_problem.hpp"

namespace isoflop {

/// What plan_law and all that is built on it would throw; nothing where they plan. Coefficients and
/// budgets are not looked at. Throws InvalidArgument where no law has the record's name.
std::optional<InvalidArgument> plan_fault(const PlanProblem& problem);

}  // namespace isoflop
