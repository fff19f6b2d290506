#include "isoflop/plan/plan_draws.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "isoflop/core/interval.hpp"
#include "isoflop/plan/any_planner.hpp"

namespace isoflop {
namespace {

/// One quantity over the draws, NaN where a draw has no plan.
struct DrawnValues {
  std::vector<double> n_active, d_tokens, loss, granularity;

  void add(const Optimum& at) {
    const bool usable = at.usable();
    n_active.push_back(usable ? std::exp(at.log_n_active) : Plan::kNone);
    d_tokens.push_back(usable ? std::exp(at.log_d) : Plan::kNone);
    loss.push_back(usable ? std::exp(at.log_loss) : Plan::kNone);
    granularity.push_back(usable ? at.granularity : Plan::kNone);
  }
  std::vector<double> n_total(double per_active) const {
    std::vector<double> out = n_active;
    for (double& x : out) x *= per_active;
    return out;
  }
  std::vector<double> tokens_per_active() const {
    std::vector<double> out = d_tokens;
    for (std::size_t i = 0; i < out.size(); ++i) out[i] /= n_active[i];
    return out;
  }
};

}  // namespace

void add_draws(const PlanRequest& request, std::vector<Plan>& plans) {
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
    }
    if (!regrets.empty()) {
      const auto count = static_cast<double>(regrets.size());
      for (auto& [g, share] : out.granularity_frequency) share /= count;
      std::sort(regrets.begin(), regrets.end());
      out.regret = std::accumulate(regrets.begin(), regrets.end(), 0.0) / count;
      out.regret_95 = sample_quantile(regrets, 0.95);
    }
    plan.draws = out;
  });
}

}  // namespace isoflop
