// Values of a law's variables that a plan does not choose: U, S and what else it has beside N, D
// and G.
#pragma once

#include <array>
#include <string>

#include "isoflop/plan/plan_problem.hpp"

namespace isoflop {

/// What is missing of them, or wrong with one; empty: nothing.
std::string given_fault(const PlanProblem& problem);

/// ln of them, by Variable. Throws InvalidArgument with what given_fault says.
std::array<double, kNumVariables> log_given_values(const PlanProblem& problem);

}  // namespace isoflop
