#include "isoflop/plan/plan_draws.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <mutex>
#include <numeric>

#include "drawn_plans.hpp"
#include "isoflop/core/interval.hpp"
#include "isoflop/core/parallel.hpp"
#include "isoflop/plan/any_planner.hpp"

namespace isoflop {
namespace {

/// Draws that one thread follows along a curve: so many results stand in one cache line.
constexpr std::size_t kDrawsAtOnce = 8;

std::vector<std::unique_ptr<AnyPlanner>> planners_of(
    const MakePlanner& make, const std::vector<std::vector<double>>& draws) {
  std::vector<std::unique_ptr<AnyPlanner>> out;
  for (const auto& coefficients : draws) out.push_back(make(coefficients));
  return out;
}

}  // namespace

void add_draws(const PlanRequest& request, std::vector<Plan>& plans) {
  const Draws& draws = request.law.draws;
  if (draws.bootstrap.empty()) return;

  auto fill = [&](Plan& plan, const MakePlanner& make) {
    const double log_budget = std::log(plan.budget);
    const Optimum fit = make(request.law.coefficients)->optimum(log_budget, request.search);
    DrawnPlans drawn(draws.bootstrap.size()), left_out(draws.jackknife.size());
    std::vector<double> regrets;
    for (std::size_t i = 0; i < draws.bootstrap.size(); ++i) {
      const auto planner = make(draws.bootstrap[i]);
      const Optimum own = planner->optimum(log_budget, request.search, &fit);
      drawn.set(i, own);
      if (!own.usable()) continue;
      const double followed = planner->log_loss(fit.log_n_active, fit.log_d, fit.log_g);
      const double cheapest =
          planner->cheapest_log_budget(followed, log_budget, request.search, own);
      regrets.push_back(std::abs(plan.budget * std::expm1(cheapest - log_budget)));
    }
    for (std::size_t i = 0; i < draws.jackknife.size(); ++i) {
      left_out.set(i, make(draws.jackknife[i])->optimum(log_budget, request.search, &fit));
    }
    PlanDraws out = summary_of(request, plan, drawn, left_out);
    if (!regrets.empty()) {
      std::sort(regrets.begin(), regrets.end());
      out.regret = std::accumulate(regrets.begin(), regrets.end(), 0.0) /
                   static_cast<double>(regrets.size());
      out.regret_95 = sample_quantile(regrets, 0.95);
    }
    plan.draws = out;
  };
  with_planners(request, [&](const MakePlanner& make) {
    for (Plan& plan : plans) {
      if (plan.usable()) fill(plan, make);
    }
  });
}

void add_draws_to_curve(const PlanRequest& request, std::vector<Plan>& plans, unsigned num_threads,
                        const std::function<void(std::size_t, std::size_t)>& progress) {
  const Draws& draws = request.law.draws;
  if (draws.bootstrap.empty()) return;
  std::vector<DrawnPlans> drawn(plans.size(), DrawnPlans(draws.bootstrap.size()));
  std::vector<DrawnPlans> left_out(plans.size(), DrawnPlans(draws.jackknife.size()));
  std::vector<double> log_budgets;
  for (const Plan& plan : plans) log_budgets.push_back(std::log(plan.budget));

  with_planners(request, [&](const MakePlanner& make) {
    // Made here, not by the threads: a maker is not meant for several of them.
    const auto bootstrap = planners_of(make, draws.bootstrap);
    const auto jackknife = planners_of(make, draws.jackknife);
    const std::size_t all = bootstrap.size() + jackknife.size();
    std::mutex progress_mutex;
    std::size_t done = 0;
    auto follow = [&](const std::vector<std::unique_ptr<AnyPlanner>>& planners,
                      std::vector<DrawnPlans>& out) {
      const std::size_t num_blocks = (planners.size() + kDrawsAtOnce - 1) / kDrawsAtOnce;
      parallel_for(num_blocks, num_threads, [&](std::size_t block) {
        const std::size_t first = block * kDrawsAtOnce;
        const std::size_t count = std::min(kDrawsAtOnce, planners.size() - first);
        std::array<Optimum, kDrawsAtOnce> last;
        for (std::size_t b = 0; b < plans.size(); ++b) {
          if (!plans[b].usable()) continue;
          for (std::size_t i = 0; i < count; ++i) {
            last[i] = planners[first + i]->optimum(log_budgets[b], request.search, &last[i]);
            out[b].set(first + i, last[i]);
          }
        }
        if (!progress) return;
        const std::lock_guard lock(progress_mutex);
        progress(done += count, all);
      });
    };
    follow(bootstrap, drawn);
    follow(jackknife, left_out);
  });
  parallel_for(plans.size(), num_threads, [&](std::size_t b) {
    if (plans[b].usable()) plans[b].draws = summary_of(request, plans[b], drawn[b], left_out[b]);
  });
}

}  // namespace isoflop
