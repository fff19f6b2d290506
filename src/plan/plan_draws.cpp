#include "isoflop/plan/plan_draws.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>
#include <numeric>

#include "drawn_plans.hpp"
#include "isoflop/core/interval.hpp"
#include "isoflop/core/parallel.hpp"
#include "isoflop/laws/new_run.hpp"
#include "isoflop/plan/planner.hpp"

namespace isoflop {
namespace {

/// Draws that one thread follows along a curve: so many results stand in one cache line.
constexpr std::size_t kDrawsAtOnce = 8;

std::vector<Planner> planners_of(const Planners& planners,
                                 const std::vector<std::vector<double>>& draws) {
  std::vector<Planner> out;
  for (const auto& coefficients : draws) out.push_back(planners.of(coefficients));
  return out;
}

/// Of one run trained as planned; `followed` is ln loss of the plan by each draw of the law.
void add_new_run(const PlanProblem& problem, const Plan& plan, const std::vector<double>& followed,
                 PlanDraws& out) {
  if (problem.law.draws.bootstrap.empty()) return;
  std::array<double, kNumVariables> values = problem.given;
  values[index_of(Variable::kN)] = plan.n_law;
  values[index_of(Variable::kD)] = plan.d_tokens;
  out.new_run = new_run_loss(problem.law, std::log(plan.loss), followed, values);
}

}  // namespace

void add_draws(const PlanProblem& problem, std::vector<Plan>& plans) {
  // A law without draws is its own only draw where the time has some.
  const std::size_t num_times = std::max<std::size_t>(1, problem.time_draws.size());
  std::vector<std::vector<double>> draws = problem.law.draws.bootstrap;
  if (draws.empty()) draws.assign(problem.time_draws.size(), problem.law.coefficients);
  const bool any_plan =
      std::any_of(plans.begin(), plans.end(), [](const Plan& p) { return p.usable(); });
  if (draws.empty() || !any_plan) return;
  const std::vector<std::vector<double>>& jackknife = problem.law.draws.jackknife;

  struct Filling {
    Optimum fit;
    DrawnPlans drawn, left_out;
    std::vector<double> regrets, followed;
  };
  std::vector<Filling> fillings(
      plans.size(), Filling{{}, DrawnPlans(draws.size()), DrawnPlans(jackknife.size()), {}, {}});
  const Planners planners(problem);
  const std::vector<Planner> without_one = planners_of(planners, jackknife);
  for (std::size_t p = 0; p < plans.size(); ++p) {
    if (!plans[p].usable()) continue;
    const double log_budget = std::log(plans[p].budget);
    Optimum& fit = fillings[p].fit;
    fit = planners.own().optimum(log_budget, problem.search);
    for (std::size_t i = 0; i < jackknife.size(); ++i) {
      fillings[p].left_out.set(i, without_one[i].optimum(log_budget, problem.search, &fit));
    }
  }
  auto follow = [&](const Plan& plan, const Planner& planner, std::size_t i, Filling& filling) {
    const double log_budget = std::log(plan.budget);
    const Optimum& fit = filling.fit;
    Optimum own = planner.optimum(log_budget, problem.search, &fit);
    filling.drawn.set(i, own);
    double spent = log_budget;
    if (!problem.time_draws.empty() && own.usable()) {
      // The same run takes another time where the time is another.
      spent = planner.log_spent(fit);
      own = planner.optimum(spent, problem.search, &own);
    }
    if (!own.usable()) return;
    const double followed = planner.log_loss(fit.log_n_active, fit.log_d, fit.log_g);
    filling.followed.push_back(followed);
    const double cheapest = planner.cheapest_log_budget(followed, spent, problem.search, own);
    const double budget = problem.time_draws.empty() ? plan.budget : std::exp(spent);
    filling.regrets.push_back(std::abs(budget * std::expm1(cheapest - spent)));
  };
  // Every draw of the law meets one of the time, in turn.
  for (std::size_t time = 0; time < num_times; ++time) {
    PlanProblem drawn_problem = problem;
    if (!problem.time_draws.empty()) drawn_problem.time = problem.time_draws[time];
    const Planners drawn_planners(drawn_problem);
    for (std::size_t p = 0; p < plans.size(); ++p) {
      if (!plans[p].usable()) continue;
      for (std::size_t i = time; i < draws.size(); i += num_times) {
        follow(plans[p], drawn_planners.of(draws[i]), i, fillings[p]);
      }
    }
  }
  for (std::size_t p = 0; p < plans.size(); ++p) {
    if (!plans[p].usable()) continue;
    PlanDraws out = summary_of(problem, plans[p], fillings[p].drawn, fillings[p].left_out);
    add_new_run(problem, plans[p], fillings[p].followed, out);
    std::vector<double>& regrets = fillings[p].regrets;
    if (!regrets.empty()) {
      std::sort(regrets.begin(), regrets.end());
      out.regret = std::accumulate(regrets.begin(), regrets.end(), 0.0) /
                   static_cast<double>(regrets.size());
      out.regret_95 = sample_quantile(regrets, 0.95);
    }
    plans[p].draws = out;
  }
}

void add_draws_to_curve(const PlanProblem& problem, std::vector<Plan>& plans, unsigned num_threads,
                        const std::function<void(std::size_t, std::size_t)>& progress) {
  const Draws& draws = problem.law.draws;
  if (draws.bootstrap.empty()) return;
  std::vector<DrawnPlans> drawn(plans.size(), DrawnPlans(draws.bootstrap.size()));
  std::vector<DrawnPlans> left_out(plans.size(), DrawnPlans(draws.jackknife.size()));
  std::vector<double> log_budgets;
  for (const Plan& plan : plans) log_budgets.push_back(std::log(plan.budget));

  const Planners planners(problem);
  const auto bootstrap = planners_of(planners, draws.bootstrap);
  const auto jackknife = planners_of(planners, draws.jackknife);
  const std::size_t all = bootstrap.size() + jackknife.size();
  std::mutex progress_mutex;
  std::size_t done = 0;
  auto follow = [&](const std::vector<Planner>& drawn_planners, std::vector<DrawnPlans>& out) {
    const std::size_t num_blocks = (drawn_planners.size() + kDrawsAtOnce - 1) / kDrawsAtOnce;
    parallel_for(num_blocks, num_threads, [&](std::size_t block) {
      const std::size_t first = block * kDrawsAtOnce;
      const std::size_t count = std::min(kDrawsAtOnce, drawn_planners.size() - first);
      std::array<Optimum, kDrawsAtOnce> last;
      for (std::size_t b = 0; b < plans.size(); ++b) {
        if (!plans[b].usable()) continue;
        for (std::size_t i = 0; i < count; ++i) {
          last[i] = drawn_planners[first + i].optimum(log_budgets[b], problem.search, &last[i]);
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
  parallel_for(plans.size(), num_threads, [&](std::size_t b) {
    if (plans[b].usable()) plans[b].draws = summary_of(problem, plans[b], drawn[b], left_out[b]);
  });
}

}  // namespace isoflop
