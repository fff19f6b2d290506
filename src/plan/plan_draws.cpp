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
<<<<<<< HEAD
  // A law without draws is its own only draw where the time has some.
  std::vector<std::vector<double>> draws = request.law.draws.bootstrap;
  if (draws.empty() && !request.time_draws.empty()) {
    draws.assign(request.time_draws.size(), request.law.coefficients);
  }
  if (draws.empty()) return;
  const double total = n_total_per_active(request);
  const bool picks_power =
      has_granularity(request.law) && request.search.search == GranularitySearch::kPowersOfTwo;
  const bool picks_any =
      has_granularity(request.law) && request.search.search == GranularitySearch::kContinuous;

  struct Filling {
    Optimum fit;
    PlanDraws out;
    DrawnValues drawn, left_out;
    std::vector<double> regrets;
  };
  std::vector<Filling> fillings(plans.size());
  auto each_usable = [&](auto&& f) {
    for (std::size_t i = 0; i < plans.size(); ++i) {
      if (plans[i].usable()) f(plans[i], fillings[i]);
    }
  };
  with_planners(request, [&](const MakePlanner& make) {
    each_usable([&](Plan& plan, Filling& filling) {
      const double log_budget = std::log(plan.budget);
      filling.fit = make(request.law.coefficients)->optimum(log_budget, request.search);
      for (const auto& coefficients : request.law.draws.jackknife) {
        filling.left_out.add(make(coefficients)->optimum(log_budget, request.search, &filling.fit));
      }
    });
  });
  // Every draw of the law meets one of the time, in turn.
  const std::size_t num_times = std::max<std::size_t>(1, request.time_draws.size());
  for (std::size_t time = 0; time < num_times; ++time) {
    PlanRequest drawn_request = request;
    if (!request.time_draws.empty()) drawn_request.time = request.time_draws[time];
    with_planners(drawn_request, [&](const MakePlanner& make) {
      each_usable([&](Plan& plan, Filling& filling) {
        const double log_budget = std::log(plan.budget);
        const Optimum& fit = filling.fit;
        for (std::size_t i = time; i < draws.size(); i += num_times) {
          const auto planner = make(draws[i]);
          const Optimum own = planner->optimum(log_budget, request.search, &fit);
          filling.drawn.add(own);
          if (!own.usable()) continue;
          if (picks_power) filling.out.granularity_frequency[own.granularity] += 1.0;
          const double followed = planner->log_loss(fit.log_n_active, fit.log_d, fit.log_g);
          // The same run takes another time if the time is another.
          const double spent = request.time_draws.empty() ? log_budget : planner->log_spent(fit);
          const Optimum at_spent =
              request.time_draws.empty() ? own : planner->optimum(spent, request.search, &own);
          if (!at_spent.usable()) continue;
          const double cheapest =
              planner->cheapest_log_budget(followed, spent, request.search, at_spent);
          filling.regrets.push_back(std::abs(std::exp(spent) * std::expm1(cheapest - spent)));
        }
      });
    });
  }
  each_usable([&](Plan& plan, Filling& filling) {
    const DrawnValues &drawn = filling.drawn, &left_out = filling.left_out;
    PlanDraws& out = filling.out;
    std::vector<double>& regrets = filling.regrets;
    out.num_draws = draws.size();
    out.num_without_plan = out.num_draws - regrets.size();
    auto interval = [](const std::vector<double>& values, double estimate,
                       const std::vector<double>& jackknife) {
      return draw_interval(values, estimate, jackknife, kPlanLevel);
    };
    out.n_total = interval(drawn.n_total(total), plan.n_total, left_out.n_total(total));
    out.n_active = interval(drawn.n_active, plan.n_active, left_out.n_active);
    out.d_tokens = interval(drawn.d_tokens, plan.d_tokens, left_out.d_tokens);
    out.tokens_per_active_parameter =
        interval(drawn.tokens_per_active(), plan.tokens_per_active_parameter(),
                 left_out.tokens_per_active());
    out.loss = interval(drawn.loss, plan.loss, left_out.loss);
    if (picks_any) {
      out.granularity = interval(drawn.granularity, plan.granularity, left_out.granularity);
=======
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
>>>>>>> p-frontier
    }
    PlanDraws out = summary_of(request, plan, drawn, left_out);
    if (!regrets.empty()) {
      std::sort(regrets.begin(), regrets.end());
      out.regret = std::accumulate(regrets.begin(), regrets.end(), 0.0) /
                   static_cast<double>(regrets.size());
      out.regret_95 = sample_quantile(regrets, 0.95);
    }
    plan.draws = out;
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
