#include "isoflop/plan/robust_plan.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "isoflop/plan/planner.hpp"

namespace isoflop {
namespace {

// So many draws' own plans are candidates: every k-th in the order of their sizes.
constexpr std::size_t kCandidates = 64;

}  // namespace

std::optional<RobustPlans> robust_plans(const PlanProblem& problem, const Plan& plan) {
  const auto& draws = problem.law.draws.bootstrap;
  if (!plan.usable() || draws.empty()) return std::nullopt;
  const double log_budget = std::log(plan.budget);
  std::vector<RobustPlan> scored;
  const Planners planners(problem);
  const Optimum fit = planners.own().optimum(log_budget, problem.search);
  std::vector<Optimum> optima;
  std::vector<Planner> truths;
  for (const auto& coefficients : draws) {
    Planner truth = planners.of(coefficients);
    const Optimum own = truth.optimum(log_budget, problem.search, &fit);
    if (!own.usable()) continue;
    optima.push_back(own);
    truths.push_back(std::move(truth));
  }
  std::vector<Optimum> ordered = optima;
  std::sort(ordered.begin(), ordered.end(),
            [](const Optimum& a, const Optimum& b) { return a.log_n_active < b.log_n_active; });
  std::vector<Optimum> candidates{fit};
  for (std::size_t i = 0; i < std::min(kCandidates, ordered.size()); ++i) {
    candidates.push_back(ordered[i * ordered.size() / std::min(kCandidates, ordered.size())]);
  }
  for (const Optimum& candidate : candidates) {
    RobustPlan out{std::exp(candidate.log_n_active), std::exp(candidate.log_d),
                   candidate.granularity, 0.0, 0.0};
    for (std::size_t t = 0; t < truths.size(); ++t) {
      const double regret =
          std::exp(truths[t].log_loss(candidate.log_n_active, candidate.log_d, candidate.log_g)) -
          std::exp(optima[t].log_loss);
      out.mean_regret += regret / static_cast<double>(truths.size());
      out.worst_regret = std::max(out.worst_regret, regret);
    }
    scored.push_back(out);
  }
  auto least = [&](auto member) {
    return *std::min_element(
        scored.begin(), scored.end(),
        [&](const RobustPlan& a, const RobustPlan& b) { return a.*member < b.*member; });
  };
  return RobustPlans{scored.front(), least(&RobustPlan::mean_regret),
                     least(&RobustPlan::worst_regret)};
}

}  // namespace isoflop
