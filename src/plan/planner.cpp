#include "isoflop/plan/planner.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "isoflop/core/decimal.hpp"
#include "isoflop/core/root.hpp"
#include "plan/best_size.hpp"
#include "plan/granularity_search.hpp"

namespace isoflop {
namespace {

// Every limit that binds, with what a unit of it costs: derivatives of the loss by central
// differences of the optimum at the plan's granularity.
std::vector<BindingLimit> prices(const BestSize& size, double log_budget, const Optimum& best) {
  const Counting& counting = size.law().counting();
  const bool repeats = counting.repeats() && best.log_d > counting.log_unique;
  if (best.binding == Limit::kNone && !repeats) return {};
  constexpr double kStep = 1e-4;
  auto loss_at = [&](const BestSize& asked, double x) {
    const auto point = asked.at(x, best.log_g, best.log_n_active);
    return point ? std::exp(point->log_loss) : Plan::kNone;
  };
  const double per_budget =
      (loss_at(size, log_budget - kStep) - loss_at(size, log_budget + kStep)) /
      (2.0 * kStep * std::exp(log_budget));
  std::vector<BindingLimit> out;
  auto add = [&](Limit limit, double value, const BestSize& less, const BestSize& more) {
    const double per_unit =
        std::abs(loss_at(more, log_budget) - loss_at(less, log_budget)) / (2.0 * kStep * value);
    out.push_back({limit, value, per_unit, per_unit / per_budget});
  };
  if (best.binding != Limit::kNone) {
    auto with = [&](double step) {
      Limits limits = size.limits();
      *limits.value(best.binding) *= std::exp(step);
      return size.with(limits);
    };
    Limits limits = size.limits();
    add(best.binding, *limits.value(best.binding), with(-kStep), with(kStep));
  }
  if (repeats) {
    auto with = [&](double step) {
      Counting changed = counting;
      changed.log_unique += step;
      return size.with(changed);
    };
    add(Limit::kUniqueTokens, std::exp(counting.log_unique), with(-kStep), with(kStep));
  }
  return out;
}

CoarsePlan coarse_plan(const BestSize& size, double log_budget, double log_loss) {
  constexpr double kFurthest = 40.0;  // e-folds of extra budget
  CoarsePlan out{Plan::kNone, Plan::kNone, Plan::kNone, Plan::kNone};
  const auto point = size.at(log_budget, 0.0, size.log_smallest());
  if (!point || point->edge != SizeEdge::kNone) return out;
  out.n_active = std::exp(point->log_n_active);
  out.d_tokens = std::exp(point->log_d);
  out.loss = std::exp(point->log_loss);
  // Less of a budget where the plan, of a given granularity, is the worse one.
  const double here = point->log_loss - log_loss;
  const double sign = here > 0.0 ? 1.0 : -1.0;
  // Where tokens per parameter are given and the model is bounded, no run costs more or less than
  // so much.
  double from = point->log_n_active, furthest = sign * kFurthest;
  if (!size.at(log_budget + furthest, 0.0, from)) {
    double none = furthest;
    furthest = 0.0;
    for (int i = 0; i < 60; ++i) {
      const double middle = 0.5 * (furthest + none);
      (size.at(log_budget + middle, 0.0, from) ? furthest : none) = middle;
    }
  }
  auto excess = [&](double more) {
    const auto run = size.at(log_budget + more, 0.0, from);
    if (!run) return std::numeric_limits<double>::infinity();
    from = run->log_n_active;
    return run->log_loss - log_loss;
  };
  if (here == 0.0) {
    out.extra_budget = 0.0;
  } else if (excess(furthest) * sign < 0.0) {
    const double more = bracketed_root(excess, std::min(0.0, furthest), std::max(0.0, furthest));
    out.extra_budget = std::exp(log_budget) * std::expm1(more);
  }
  return out;
}

}  // namespace

Plan Planner::plan(double budget, const PlanOptions& options) const {
  require_plan_arguments(budget, options);
  const Optimum best = optimum(std::log(budget), options);
  Plan out = describe(budget, best);
  if (best.usable() && size_->law().has_granularity()) {
    out.coarse = coarse_plan(*size_, std::log(budget), best.log_loss);
  }
  return out;
}

Plan Planner::describe(double budget, const Optimum& best) const {
  Plan out;
  out.budget = budget;
  out.status = best.status;
  out.note = best.note;
  out.broken = best.broken;
  if (!best.usable()) return out;
  out.n_active = std::exp(best.log_n_active);
  out.n_law = size_->law().counting().n_law(out.n_active);
  out.d_tokens = std::exp(best.log_d);
  out.loss = std::exp(best.log_loss);
  const double spent = std::exp(log_spent(best)) / budget;
  // A hundredth of it is nothing to speak of.
  if (spent < 0.99 && best.status == PlanStatus::kOptimal) {
    out.note = "the limits leave no larger run: it takes " + general_decimal(100.0 * spent, 3) +
               " % of the budget";
  }
  out.binding = prices(*size_, std::log(budget), best);
  out.router_flops_share = size_->cost().router_share(best.log_n_active, best.log_g);
  if (size_->law().has_granularity()) out.granularity = best.granularity;
  return out;
}

Optimum Planner::optimum(double log_budget, const PlanOptions& options, const Optimum* near) const {
  return find_optimum(*size_, log_budget, options, near);
}

std::optional<double> Planner::log_budget_for(double log_loss, const PlanOptions& options) const {
  double x = size_->cost().log_cost(size_->log_smallest(), 0.0);
  for (const double end = x + 200.0; x < end; x += 1.0) {
    const Optimum at = optimum(x, options);
    if (at.usable() && at.log_loss <= log_loss)
      return cheapest_log_budget(log_loss, x, options, at);
  }
  return std::nullopt;
}

double Planner::least_log_budget(double log_loss, double enough, const PlanOptions& options) const {
  auto is_enough = [&](double x) {
    const Optimum at = optimum(x, options);
    return at.usable() && at.log_loss <= log_loss;
  };
  double step = 1.0;
  while (is_enough(enough - step)) step *= 2.0;
  double too_little = enough - step;
  for (int i = 0; i < 70; ++i) {
    const double middle = 0.5 * (too_little + enough);
    if (middle == too_little || middle == enough) break;
    (is_enough(middle) ? enough : too_little) = middle;
  }
  return enough;
}

double Planner::cheapest_log_budget(double log_loss, double log_budget, const PlanOptions& options,
                                    const Optimum& best) const {
  // Newton's method, kept between a budget that is enough and one that is not: ln L falls with
  // ln budget by the gain, smoothly but for a kink where another granularity takes over.
  double x = log_budget, enough = x, too_little = -std::numeric_limits<double>::infinity();
  Optimum at = best;
  if (best.log_loss >= log_loss) return log_budget;
  if (size_->limits().tokens_per_active > 0.0) return least_log_budget(log_loss, x, options);
  for (int iteration = 0; iteration < 100; ++iteration) {
    const double excess = at.log_loss - log_loss;  // NaN where no model is affordable
    const double step = excess / size_->gain(at.log_n_active, at.log_d, at.log_g);
    if (std::abs(step) <= 1e-15 * std::abs(x)) break;
    (excess <= 0.0 ? enough : too_little) = x;
    x += step;
    if (!(x > too_little && x < enough)) {
      x = std::isfinite(too_little) ? 0.5 * (too_little + enough) : enough - 1.0;
    }
    at = optimum(x, options, &at);
  }
  return x;
}

double Planner::log_loss(double log_n_active, double log_d, double log_g) const {
  return size_->law().log_loss(log_n_active, log_d, log_g);
}

double Planner::log_spent(const Optimum& run) const {
  return size_->log_spent(run.log_n_active, run.log_d, run.log_g);
}

double Planner::log_tokens(double log_budget, double log_n_active, double log_g) const {
  return size_->log_tokens(log_budget, log_n_active, log_g);
}

double Planner::log_cost_per_token(double log_n_active, double log_g) const {
  return size_->cost().log_cost(log_n_active, log_g);
}

double Planner::n_law(double n_active) const { return size_->law().counting().n_law(n_active); }

}  // namespace isoflop
