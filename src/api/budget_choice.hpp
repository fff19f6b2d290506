// What may be spent, settled in the unit of a problem's cost.
#pragma once

#include <vector>

#include "api/fields.hpp"
#include "isoflop/api/budget_choice.hpp"
#include "isoflop/plan/plan_problem.hpp"

namespace isoflop::api {

void list_fields(FieldVisitor& f, BudgetChoice& choice);

/// FLOPs that count as one GPU-second: by `gpu` and `mfu`; 0 where neither was said.
double flops_per_gpu_second(const BudgetChoice& choice);

/// Money per unit of the problem's cost; 0 where no price was said.
double price_per_unit(const PlanProblem& problem, const BudgetChoice& choice);

/// The budgets in the unit of the problem's cost; of losses to reach, the least that does. Throws
/// InvalidArgument unless one kind of budget is said, Error for a loss that no budget reaches.
std::vector<double> budgets_of(const PlanProblem& problem, const BudgetChoice& choice);

}  // namespace isoflop::api
