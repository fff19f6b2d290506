// Budgets and how they are counted, for a person.
#pragma once

#include <string>

#include "isoflop/plan/cost_terms.hpp"
#include "isoflop/plan/table_time.hpp"

namespace isoflop::text {

/// "FLOPs", or "GPU-hours" where the problem is in time.
std::string unit_of(const PlanProblem& problem);
/// A budget as a number of FLOPs, or of GPU-hours where the problem is in time.
std::string budget_text(const PlanProblem& problem, double budget);

/// "6 N_active D", or the FLOPs of the paper with their constants.
std::string describe_cost(const CostTerms& cost);

/// A line on what the times of the cost table are.
std::string time_line(const std::string& cost_table, const TableTime& time);

}  // namespace isoflop::text
