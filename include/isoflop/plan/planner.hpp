/// The parameters, tokens and granularity with the lowest loss under a budget and limits:
///   minimise L(N, D, G)  subject to  (D + D_served / 3) cost_per_token(N, G) = budget
/// for one law with its coefficients, and for others of the same law: the draws of a bootstrap.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "isoflop/plan/optimum.hpp"
#include "isoflop/plan/plan.hpp"
#include "isoflop/plan/plan_problem.hpp"

namespace isoflop {

class BestSize;

/// Natural logarithms throughout; budgets in the unit of the problem's cost. Cheap to copy.
class Planner {
 public:
  /// From inside the library: Planners makes them of problems.
  explicit Planner(std::shared_ptr<const BestSize> size) : size_(std::move(size)) {}

  /// Throws InvalidArgument for a budget that is not positive and finite, or a granularity below 1.
  Plan plan(double budget, const PlanOptions& options) const;

  /// The plan of an optimum that was found for this budget; `coarse` is left out.
  Plan describe(double budget, const Optimum& best) const;

  /// The same without what surrounds a plan, and without checks of the arguments. `near` is where
  /// to begin, say the optimum of a similar law: it saves time and, with a log-convex law and cost,
  /// changes no digit; others ignore it.
  Optimum optimum(double log_budget, const PlanOptions& options,
                  const Optimum* near = nullptr) const;

  /// ln of the smallest budget with which the optimum reaches `log_loss`; nothing where no budget
  /// below e^200 does. The unit is that of the cost.
  std::optional<double> log_budget_for(double log_loss, const PlanOptions& options) const;

  /// ln of the smallest budget with which this law's own optimum reaches `log_loss`; log_budget
  /// itself if even `best`, the optimum there, does not do better. `best` must be usable.
  double cheapest_log_budget(double log_loss, double log_budget, const PlanOptions& options,
                             const Optimum& best) const;

  double log_loss(double log_n_active, double log_d, double log_g) const;
  /// Of the budget that a run of these logarithms takes, serving included.
  double log_spent(const Optimum& run) const;
  /// ln of the tokens that a budget pays for at a size; minus infinity where serving takes it all.
  double log_tokens(double log_budget, double log_n_active, double log_g) const;
  double log_cost_per_token(double log_n_active, double log_g) const;
  double n_law(double n_active) const;

 private:
  /// cheapest_log_budget where tokens per parameter are given, from a budget that is enough. By
  /// halves: the loss falls with the budget, not smoothly, down to where no run keeps to the
  /// limits.
  double least_log_budget(double log_loss, double enough, const PlanOptions& options) const;

  std::shared_ptr<const BestSize> size_;
};

/// The planners of a problem, which is settled once for all of them. Any number of threads may use
/// one.
class Planners {
 public:
  /// Throws InvalidArgument for a law that nothing can be planned with, and for conventions or
  /// values that the problem does not settle: what plan_fault would say.
  explicit Planners(const PlanProblem& problem);

  /// With the problem's own coefficients.
  Planner own() const;
  /// With these coefficients [P] of the law in their own units. Throws InvalidArgument for what are
  /// none.
  Planner of(const std::vector<double>& coefficients) const;

 private:
  struct Settled;
  std::shared_ptr<const Settled> settled_;
};

}  // namespace isoflop
