/// A planner of whatever law and cost a request settles, behind one face, so that what is built on
/// plans (draws, frontiers, comparisons) is compiled once and not for every law and cost.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "isoflop/plan/optimum.hpp"
#include "isoflop/plan/plan.hpp"
#include "isoflop/plan/plan_problem.hpp"

namespace isoflop {

/// Natural logarithms throughout; budgets in the unit of the request's cost. planner.hpp says what
/// each of them does.
class AnyPlanner {
 public:
  virtual ~AnyPlanner() = default;
  virtual Plan plan(double budget, const PlanOptions& options) const = 0;
  virtual Plan describe(double budget, const Optimum& best) const = 0;
  virtual Optimum optimum(double log_budget, const PlanOptions& options,
                          const Optimum* near = nullptr) const = 0;
  virtual double cheapest_log_budget(double log_loss, double log_budget, const PlanOptions& options,
                                     const Optimum& best) const = 0;
  virtual std::optional<double> log_budget_for(double log_loss,
                                               const PlanOptions& options) const = 0;
  virtual double log_loss(double log_n_active, double log_d, double log_g) const = 0;
  /// Of the budget that a run of these logarithms takes, serving included.
  virtual double log_spent(const Optimum& run) const = 0;
  /// ln of the tokens that a budget pays for at a size; minus infinity where serving takes it all.
  virtual double log_tokens(double log_budget, double log_n_active, double log_g) const = 0;
  virtual double log_cost_per_token(double log_n_active, double log_g) const = 0;
  virtual double n_law(double n_active) const = 0;
};

/// Makes the planner from coefficients [P] of the law in their own units.
using MakePlanner =
    std::function<std::unique_ptr<AnyPlanner>(const std::vector<double>& coefficients)>;

/// Calls f with the maker of the request's planners. They may be used only while f runs: a law
/// given as text is in use for so long. Throws InvalidArgument for a law that nothing can be
/// planned with, and for conventions or values that the request does not settle.
void with_planners(const PlanProblem& request, const std::function<void(const MakePlanner&)>& f);

}  // namespace isoflop
