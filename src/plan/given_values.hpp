// Values of a law's variables that a plan does not choose: U, S and what else it has beside N, D
// and G.
#pragma once

#include <array>
#include <optional>

#include "isoflop/error.hpp"
#include "isoflop/plan/plan_problem.hpp"

namespace isoflop {

/// What log_given_values would throw: for one that is missing, or out of its bounds.
std::optional<InvalidArgument> given_fault(const PlanProblem& problem);

/// ln of them, by Variable. Throws InvalidArgument as given_fault says.
std::array<double, kNumVariables> log_given_values(const PlanProblem& problem);

}  // namespace isoflop
