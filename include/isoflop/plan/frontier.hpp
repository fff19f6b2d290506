/// The compute-optimal curve of a law, plan by plan over a range of budgets, and the budgets at
/// which another granularity takes over. Of two granularities a and b the takeover is the root in
/// ln C of
///   ln L_a(C) - ln L_b(C),   L_g(C) the lowest loss of the budget C at the granularity g,
/// so that it has the digits of a double and does not depend on how finely the curve is sampled.
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "isoflop/plan/plan_law.hpp"
#include "isoflop/plan/planner.hpp"

namespace isoflop {

/// From this budget on, `granularity` is the best of all that are searched.
struct GranularitySwitch {
  double granularity;
  double from_budget;
};

struct Frontier {
  std::vector<Plan> plans;                  ///< in rising order of their budgets
  std::vector<GranularitySwitch> switches;  ///< in rising order; where G is searched over powers
};

struct FrontierOptions {
  double from = 1e18, to = 1e25;  ///< both ends of the curve, in the unit of the cost
  std::size_t num_points = 25;    ///< plans on it, evenly spaced in ln C
  unsigned num_threads = 0;       ///< for the law's draws; 0: one per core
  /// Called with the draws done and all of them, where the law has draws.
  std::function<void(std::size_t, std::size_t)> progress{};
  /// Asked between plans; true ends the call with Cancelled.
  std::function<bool()> cancelled{};
};

/// `count` numbers from `from` to `to`, both included, evenly spaced in their logarithm. Throws
/// InvalidArgument unless 0 < from < to, both finite, and count >= 2.
std::vector<double> log_spaced(double from, double to, std::size_t count);

/// Plans are those of plan_curve, with what the law's draws say of them (plan_draws.hpp) but the
/// regret. The result does not depend on num_threads. Throws InvalidArgument as plan_law and
/// log_spaced do.
Frontier frontier(const PlanProblem& problem, const FrontierOptions& options);

/// Every budget between the first and the last at which the best power of two changes. Budgets
/// [rising] at which to look between: two are enough where the best granularity never comes back
/// once it was left, as with the paper's FLOPs; limits and measured times may bring it back, and
/// then a stretch is missed that lies between two neighbours. Budgets without a plan count for
/// nothing. `cancelled` is asked between budgets; true ends the call with Cancelled.
std::vector<GranularitySwitch> granularity_switches(const Planner& planner,
                                                    const PlanOptions& options,
                                                    const std::vector<double>& budgets,
                                                    const std::function<bool()>& cancelled = {});

}  // namespace isoflop
