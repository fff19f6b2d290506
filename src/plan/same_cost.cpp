#include "isoflop/plan/same_cost.hpp"

#include <algorithm>
#include <cmath>

#include "isoflop/plan/planner.hpp"

namespace isoflop {

std::vector<SameCostRun> same_cost_runs(const PlanProblem& problem,
                                        const SameCostQuestion& question) {
  const Planner planner = Planners(problem).own();
  Optimum run;
  run.log_n_active = std::log(question.n_active);
  run.log_d = std::log(question.d_tokens);
  run.log_g = std::log(question.reference);
  const double spent = planner.log_spent(run);
  std::vector<SameCostRun> out;
  for (double g = 1.0; g <= question.max_granularity; g *= 2.0) {
    const double log_d = planner.log_tokens(spent, run.log_n_active, std::log(g));
    out.push_back({g, std::exp(log_d),
                   std::exp(planner.log_loss(run.log_n_active, log_d, std::log(g))),
                   problem.time && problem.time->is_extrapolated(run.log_n_active, std::log(g))});
  }
  return out;
}

const SameCostRun& best_of(const std::vector<SameCostRun>& runs) {
  return *std::min_element(
      runs.begin(), runs.end(),
      [](const SameCostRun& a, const SameCostRun& b) { return a.loss < b.loss; });
}

}  // namespace isoflop
