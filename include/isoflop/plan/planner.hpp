/// The parameters, tokens and granularity with the lowest loss under a budget and limits:
///   minimise L(N, D, G)  subject to  (D + D_served / 3) cost_per_token(N, G) = budget.
/// best_size.hpp finds N and D at one G; here G is searched, and what surrounds a plan is filled
/// in.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "isoflop/core/root.hpp"
#include "isoflop/error.hpp"
#include "isoflop/plan/best_size.hpp"
#include "isoflop/plan/optimum.hpp"
#include "isoflop/plan/plan.hpp"

namespace isoflop {

template <Law L, Cost C>
class Planner {
 public:
  Planner(const LawAt<L>& law, const C& cost, const ModelShapeRule& shape,
          const Limits& limits = {})
      : size_(law, cost, shape, limits), shape_(shape) {}

  const LawAt<L>& law() const { return size_.law(); }
  const BestSize<L, C>& size() const { return size_; }

  /// Throws InvalidArgument for a budget that is not positive and finite, or a granularity below 1.
  Plan plan(double budget, const PlanOptions& options) const {
    require_plan_arguments(budget, options);
    const Optimum best = optimum(std::log(budget), options);
    Plan out = describe(budget, best);
    if (best.usable() && LawAt<L>::has_granularity()) {
      out.coarse = coarse_plan(std::log(budget), best.log_loss);
    }
    return out;
  }

  /// The plan of an optimum that was found for this budget; `coarse` is left out.
  Plan describe(double budget, const Optimum& best) const {
    Plan out;
    out.budget = budget;
    out.status = best.status;
    out.note = best.note;
    out.broken = best.broken;
    if (!best.usable()) return out;
    out.n_active = std::exp(best.log_n_active);
    out.n_law = law().n_law(out.n_active);
    out.d_tokens = std::exp(best.log_d);
    out.loss = std::exp(best.log_loss);
    out.binding = prices(std::log(budget), best);
    out.router_flops_share = size_.cost().router_share(best.log_n_active, best.log_g);
    if (LawAt<L>::has_granularity()) out.granularity = best.granularity;
    return out;
  }

  /// The same without what surrounds a plan, and without checks of the arguments. `near` is where
  /// to begin, say the optimum of a similar law: it saves time and, with a log-convex law and cost,
  /// changes no digit; others ignore it.
  Optimum optimum(double log_budget, const PlanOptions& options,
                  const Optimum* near = nullptr) const {
    // Limits that depend on granularity may leave some of them no model: no walk downhill then.
    const bool one_valley =
        BestSize<L, C>::kOneValley && !law().counts_embeddings() && !size_.limits().any();
    // From G = 1 upwards where nothing better is known.
    const Optimum from_coarse;
    const Found found = search(log_budget, options,
                               !one_valley ? nullptr
                               : near      ? near
                                           : &from_coarse);
    Optimum out;
    if (!found.point) {
      out.status = PlanStatus::kBudgetTooSmall;
      if (size_.limits().any()) out.broken = nearest_broken(log_budget, options);
      if (out.broken.limit != Limit::kNone) {
        out.status = PlanStatus::kInfeasible;
        out.note = "no model of this family keeps to the limits";
        return out;
      }
      out.note = "the smallest model of this family could not be trained on one token";
      return out;
    }
    const SizedRun& best = *found.point;
    out.log_n_active = best.log_n_active;
    out.log_d = best.log_d;
    out.log_g = best.log_g;
    out.log_loss = best.log_loss;
    out.granularity = found.granularity;
    out.binding = best.binding;
    out.status = PlanStatus::kAtSearchEdge;
    if (best.edge == SizeEdge::kSmallestModel) {
      out.note = "the best model would be smaller than the smallest of this family";
    } else if (best.edge == SizeEdge::kFewestTokens) {
      out.note = "the best run would see fewer tokens than one";
    } else if (gain(out) < kLeastGain) {
      out.note = "the law is at its irreducible loss here: more compute no longer lowers it";
    } else if (found.g_on_edge) {
      out.note = "the best granularity is the largest that was searched";
    } else {
      out.status = PlanStatus::kOptimal;
    }
    return out;
  }

  /// ln of the smallest budget with which the optimum reaches `log_loss`; nothing where no budget
  /// below e^200 does. The unit is that of the cost.
  std::optional<double> log_budget_for(double log_loss, const PlanOptions& options) const {
    double x = size_.cost().log_cost_per_token(size_.log_smallest(), 0.0);
    for (const double end = x + 200.0; x < end; x += 1.0) {
      const Optimum at = optimum(x, options);
      if (at.usable() && at.log_loss <= log_loss)
        return cheapest_log_budget(log_loss, x, options, at);
    }
    return std::nullopt;
  }

  /// ln of the smallest budget with which this law's own optimum reaches `log_loss`; log_budget
  /// itself if even `best`, the optimum there, does not do better. `best` must be usable.
  double cheapest_log_budget(double log_loss, double log_budget, const PlanOptions& options,
                             const Optimum& best) const {
    // Newton's method, kept between a budget that is enough and one that is not: ln L falls with
    // ln budget by the gain, smoothly but for a kink where another granularity takes over.
    double x = log_budget, enough = x, too_little = -std::numeric_limits<double>::infinity();
    Optimum at = best;
    if (best.log_loss >= log_loss) return log_budget;
    for (int iteration = 0; iteration < 100; ++iteration) {
      const double excess = at.log_loss - log_loss;  // NaN where no model is affordable
      const double step = excess / gain(at);
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

 private:
  // Below this share of the loss per e-fold of compute, losses no longer tell plans apart.
  static constexpr double kLeastGain = 1e-12;

  struct Found {
    std::optional<SizedRun> point{};
    double granularity = 1.0;  // kept beside its logarithm: a plan shows the number asked for
    bool g_on_edge = false;
  };

  Found search(double log_budget, const PlanOptions& options, const Optimum* near) const {
    if constexpr (!LawAt<L>::kMayHaveGranularity) {
      return {size_.at(log_budget, 0.0, start(near))};
    } else if (!LawAt<L>::has_granularity()) {
      return {size_.at(log_budget, 0.0, start(near))};
    } else if (options.search == GranularitySearch::kFixed) {
      return {size_.at(log_budget, std::log(options.granularity), start(near)),
              options.granularity};
    } else {
      Found best = near ? walk_powers(log_budget, options, *near) : all_powers(log_budget, options);
      if (best.point && options.search == GranularitySearch::kContinuous) {
        const double max_log_g = std::log(options.max_granularity);
        best.point = BestSize<L, C>::kOneValley
                         ? refine_granularity(log_budget, *best.point, max_log_g)
                         : best_of_octaves(log_budget, *best.point, max_log_g);
        best.g_on_edge = best.point && best.point->log_g >= max_log_g * (1.0 - 1e-9);
        if (best.point) best.granularity = std::exp(best.point->log_g);
      }
      return best;
    }
  }

  /// Of all granularities searched, the broken limit that is nearest to leaving a model.
  BrokenLimit nearest_broken(double log_budget, const PlanOptions& options) const {
    const bool fixed = options.search == GranularitySearch::kFixed || !LawAt<L>::has_granularity();
    BrokenLimit best;
    double least = std::numeric_limits<double>::infinity();
    for (double g = fixed ? options.granularity : 1.0;; g *= 2.0) {
      const BrokenLimit found = size_.broken(log_budget, std::log(g));
      if (found.limit != Limit::kNone) {
        Limits limits = size_.limits();
        const double off = std::abs(std::log(found.enough / *limits.value(found.limit)));
        if (off < least) best = found, least = off;
      }
      if (fixed || 2.0 * g > options.max_granularity) return best;
    }
  }

  Found all_powers(double log_budget, const PlanOptions& options) const {
    Found best;
    double from = size_.log_smallest();
    for (double g = 1.0; g <= options.max_granularity; g *= 2.0) {
      const auto point = size_.at(log_budget, std::log(g), from);
      if (point) from = point->log_n_active;
      if (!point || (best.point && point->log_loss >= best.point->log_loss)) continue;
      best = {point, g, 2.0 * g > options.max_granularity};
    }
    return best;
  }

  /// The same from the neighbourhood of a granularity: the best losses per G have one valley too.
  Found walk_powers(double log_budget, const PlanOptions& options, const Optimum& near) const {
    double from = start(&near);
    auto at = [&](double g) {
      const auto point = size_.at(log_budget, std::log(g), from);
      if (point) from = point->log_n_active;
      return Found{point, g, 2.0 * g > options.max_granularity};
    };
    auto loss = [](const Found& f) {
      return f.point ? f.point->log_loss : std::numeric_limits<double>::infinity();
    };
    Found best = at(std::exp2(std::floor(std::log2(near.granularity) + 1e-9)));
    const double first = best.granularity;
    while (best.granularity > 1.0) {  // of equal losses the coarser wins, as in all_powers
      const Found coarser = at(0.5 * best.granularity);
      if (loss(coarser) > loss(best)) break;
      best = coarser;
    }
    while (best.granularity >= first && !best.g_on_edge) {
      const Found finer = at(2.0 * best.granularity);
      if (loss(finer) >= loss(best)) break;
      best = finer;
    }
    return best;
  }

  double gain(const Optimum& at) const { return size_.gain(at.log_n_active, at.log_d, at.log_g); }

  double start(const Optimum* near) const {
    return near && std::isfinite(near->log_n_active) ? near->log_n_active : size_.log_smallest();
  }

  /// The slope in ln G of the best loss at a granularity: by the envelope theorem that at the best
  /// N.
  double slope_at(double log_budget, double log_g, double from) const {
    const auto point = size_.at(log_budget, log_g, from);
    if (!point) return 1.0;  // too fine to be affordable: the optimum is coarser
    return size_.slope_in_g(log_budget, point->log_n_active, log_g);
  }

  /// The best granularity between the neighbours of the best power of two.
  std::optional<SizedRun> refine_granularity(double log_budget, const SizedRun& power,
                                             double max_log_g) const {
    auto slope = [&](double y) { return slope_at(log_budget, y, power.log_n_active); };
    const double left = std::max(0.0, power.log_g - std::log(2.0));
    const double right = std::min(max_log_g, power.log_g + std::log(2.0));
    double y = left;
    if (slope(left) < 0.0) y = slope(right) <= 0.0 ? right : bracketed_root(slope, left, right);
    return size_.at(log_budget, y, power.log_n_active);
  }

  /// The best granularity of all, where a cost has kinks at powers of two (a table's times are
  /// interpolated between them) or more than one valley: whatever has a flat place between two
  /// powers competes with the best power.
  SizedRun best_of_octaves(double log_budget, const SizedRun& power, double max_log_g) const {
    constexpr double kBeside = 1e-6;  // of the kinks
    auto slope = [&](double y) { return slope_at(log_budget, y, power.log_n_active); };
    SizedRun best = power;
    for (double left = 0.0; left < max_log_g; left += std::log(2.0)) {
      const double low = left + kBeside, high = std::min(max_log_g, left + std::log(2.0)) - kBeside;
      if (!(low < high) || slope(low) >= 0.0 || slope(high) <= 0.0) continue;
      const auto point = size_.at(log_budget, bracketed_root(slope, low, high), power.log_n_active);
      if (point && point->log_loss < best.log_loss) best = *point;
    }
    const auto edge = size_.at(log_budget, max_log_g, power.log_n_active);
    if (edge && edge->log_loss < best.log_loss) best = *edge;
    return best;
  }

  /// Every limit that binds, with what a unit of it costs: derivatives of the loss by central
  /// differences of the optimum at the plan's granularity.
  std::vector<BindingLimit> prices(double log_budget, const Optimum& best) const {
    const bool repeats = law().repeats() && best.log_d > law().log_unique;
    if (best.binding == Limit::kNone && !repeats) return {};
    constexpr double kStep = 1e-4;
    auto loss_at = [&](const BestSize<L, C>& size, double x) {
      const auto point = size.at(x, best.log_g, best.log_n_active);
      return point ? std::exp(point->log_loss) : Plan::kNone;
    };
    const double per_budget =
        (loss_at(size_, log_budget - kStep) - loss_at(size_, log_budget + kStep)) /
        (2.0 * kStep * std::exp(log_budget));
    std::vector<BindingLimit> out;
    auto add = [&](Limit limit, double value, const BestSize<L, C>& less,
                   const BestSize<L, C>& more) {
      const double per_unit =
          std::abs(loss_at(more, log_budget) - loss_at(less, log_budget)) / (2.0 * kStep * value);
      out.push_back({limit, value, per_unit, per_unit / per_budget});
    };
    if (best.binding != Limit::kNone) {
      auto with = [&](double step) {
        Limits limits = size_.limits();
        *limits.value(best.binding) *= std::exp(step);
        return BestSize<L, C>(law(), size_.cost(), shape_, limits);
      };
      Limits limits = size_.limits();
      add(best.binding, *limits.value(best.binding), with(-kStep), with(kStep));
    }
    if (repeats) {
      auto with = [&](double step) {
        LawAt<L> changed = law();
        changed.log_unique += step;
        return BestSize<L, C>(changed, size_.cost(), shape_, size_.limits());
      };
      add(Limit::kUniqueTokens, std::exp(law().log_unique), with(-kStep), with(kStep));
    }
    return out;
  }

  CoarsePlan coarse_plan(double log_budget, double log_loss) const {
    constexpr double kFurthest = 40.0;  // e-folds of extra budget
    CoarsePlan out{Plan::kNone, Plan::kNone, Plan::kNone, Plan::kNone};
    const auto point = size_.at(log_budget, 0.0, size_.log_smallest());
    if (!point || point->edge != SizeEdge::kNone) return out;
    out.n_active = std::exp(point->log_n_active);
    out.d_tokens = std::exp(point->log_d);
    out.loss = std::exp(point->log_loss);
    double from = point->log_n_active;
    auto excess = [&](double more) {
      const SizedRun run = *size_.at(log_budget + more, 0.0, from);
      from = run.log_n_active;
      return run.log_loss - log_loss;
    };
    if (excess(0.0) <= 0.0) {
      out.extra_budget = 0.0;
    } else if (excess(kFurthest) < 0.0) {
      out.extra_budget = std::exp(log_budget) * std::expm1(bracketed_root(excess, 0.0, kFurthest));
    }
    return out;
  }

  BestSize<L, C> size_;
  ModelShapeRule shape_;
};

}  // namespace isoflop
