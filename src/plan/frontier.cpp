#include "isoflop/plan/frontier.hpp"

#include <cmath>
#include <limits>
#include <optional>

#include "isoflop/core/root.hpp"
#include "isoflop/core/stop_if_cancelled.hpp"
#include "isoflop/error.hpp"
#include "isoflop/plan/plan_draws.hpp"

namespace isoflop {
namespace {

/// Follows the best granularity between budgets.
class SwitchSearch {
 public:
  SwitchSearch(const Planner& planner, const PlanOptions& options)
      : planner_(planner), options_(options) {}

  struct Place {
    double log_budget;
    Optimum best;
  };

  Place at(double log_budget, const Optimum* near) const {
    return {log_budget, planner_.optimum(log_budget, options_, near)};
  }

  /// Adds the switches between two places that have a plan.
  void between(const Place& low, const Place& high, std::vector<GranularitySwitch>& out) const {
    const double coarse = low.best.granularity, fine = high.best.granularity;
    if (coarse == fine) return;
    const double x = takeover(low, high);
    const Place middle = at(x, &low.best);
    const double g = middle.best.granularity;
    // A third granularity that is best where these two are equal has a stretch of its own.
    if (middle.best.usable() && g != coarse && g != fine && x > low.log_budget &&
        x < high.log_budget) {
      between(low, middle, out);
      between(middle, high, out);
    } else {
      out.push_back({fine, std::exp(x)});
    }
  }

 private:
  double takeover(const Place& low, const Place& high) const {
    PlanOptions fixed = options_;
    fixed.search = GranularitySearch::kFixed;
    auto log_loss = [&](double x, const Optimum& near) {
      fixed.granularity = near.granularity;
      const Optimum found = planner_.optimum(x, fixed, &near);
      // NaN where this granularity leaves no model: worse than any.
      return std::isnan(found.log_loss) ? std::numeric_limits<double>::max() : found.log_loss;
    };
    auto excess = [&](double x) { return log_loss(x, high.best) - log_loss(x, low.best); };
    return bracketed_root(excess, low.log_budget, high.log_budget);
  }

  const Planner& planner_;
  PlanOptions options_;
};

bool picks_power(const PlanProblem& problem) {
  return has_granularity(problem.law) && problem.search.search == GranularitySearch::kPowersOfTwo;
}

}  // namespace

std::vector<double> log_spaced(double from, double to, std::size_t count) {
  if (!(from > 0.0 && to > from) || !std::isfinite(to)) {
    throw InvalidArgument("a range of budgets must go up from a positive number to a finite one");
  }
  if (count < 2) throw InvalidArgument("a range of budgets has at least its two ends");
  std::vector<double> out{from};
  // Powers of ten: where both ends and the step allow it, 1e19 is 1e19.
  const double first = std::log10(from);
  const double step = (std::log10(to) - first) / static_cast<double>(count - 1);
  for (std::size_t i = 1; i + 1 < count; ++i) {
    out.push_back(std::pow(10.0, first + step * static_cast<double>(i)));
  }
  out.push_back(to);
  return out;
}

std::vector<GranularitySwitch> granularity_switches(const Planner& planner,
                                                    const PlanOptions& options,
                                                    const std::vector<double>& budgets,
                                                    const std::function<bool()>& cancelled) {
  const SwitchSearch search(planner, options);
  std::vector<GranularitySwitch> out;
  std::optional<SwitchSearch::Place> last;
  for (const double budget : budgets) {
    stop_if_cancelled(cancelled);
    const auto place = search.at(std::log(budget), last ? &last->best : nullptr);
    if (!place.best.usable()) continue;
    if (last) search.between(*last, place, out);
    last = place;
  }
  return out;
}

Frontier frontier(const PlanProblem& problem, const FrontierOptions& options) {
  Frontier out;
  std::vector<double> budgets = log_spaced(options.from, options.to, options.num_points);
  out.plans = plan_curve(problem, budgets, options.cancelled);
  if (picks_power(problem)) {
    out.switches =
        granularity_switches(Planners(problem).own(), problem.search, budgets, options.cancelled);
  }
  add_draws_to_curve(problem, out.plans, options.num_threads, options.progress);
  return out;
}

}  // namespace isoflop
