/// Whether anything can be planned with a problem, asked before planning: a law and conventions
/// that do not meet are no error of whoever compares several.
#pragma once

#include <optional>
#include <string>

#include "isoflop/plan/plan_problem.hpp"

namespace isoflop {

/// Why plan_law and all that is built on it refuse the problem; nothing where they do not. Fields
/// of the problem stand in it as isoflop/error.hpp says. Coefficients and budgets are not looked
/// at. Throws InvalidArgument where no law has the record's name.
std::optional<std::string> plan_fault(const PlanProblem& problem);

}  // namespace isoflop
