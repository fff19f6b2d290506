// Plans as a text for people.
#pragma once

#include <string>
#include <vector>

#include "isoflop/plan/plan_law.hpp"

namespace isoflop::app {

/// "FLOPs", or "GPU-hours" where the request is in time.
std::string unit_of(const PlanProblem& request);
/// A budget as a number of FLOPs, or of GPU-hours where the request is in time.
std::string budget_text(const PlanProblem& request, double budget);

/// A table of the plans, one of their intervals where the law has draws, and what to know of both.
/// `name` is the law as the command line spells it.
std::string plan_text(const PlanProblem& request, const std::string& name,
                      const std::vector<Plan>& plans,
                      const std::vector<std::string>& conversions = {});

}  // namespace isoflop::app
