#include "plan/granularity_search.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include "isoflop/core/root.hpp"

namespace isoflop {
namespace {

// Below this share of the loss per e-fold of compute, losses no longer tell plans apart.
constexpr double kLeastGain = 1e-12;

struct Found {
  std::optional<SizedRun> point{};
  double granularity = 1.0;  // kept beside its logarithm: a plan shows the number asked for
  bool g_on_edge = false;
};

double start(const BestSize& size, const Optimum* near) {
  return near && std::isfinite(near->log_n_active) ? near->log_n_active : size.log_smallest();
}

Found all_powers(const BestSize& size, double log_budget, const PlanOptions& options) {
  Found best;
  double from = size.log_smallest();
  for (double g = 1.0; g <= options.max_granularity; g *= 2.0) {
    const auto point = size.at(log_budget, std::log(g), from);
    if (point) from = point->log_n_active;
    if (!point || (best.point && point->log_loss >= best.point->log_loss)) continue;
    best = {point, g, 2.0 * g > options.max_granularity};
  }
  return best;
}

// The same from the neighbourhood of a granularity: the best losses per G have one valley too.
Found walk_powers(const BestSize& size, double log_budget, const PlanOptions& options,
                  const Optimum& near) {
  double from = start(size, &near);
  auto at = [&](double g) {
    const auto point = size.at(log_budget, std::log(g), from);
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

// The slope in ln G of the best loss at a granularity: by the envelope theorem that at the best
// N. Where a limit decides N, that moves with G as well: by central differences.
double slope_at(const BestSize& size, double log_budget, double log_g, double from) {
  const auto point = size.at(log_budget, log_g, from);
  if (!point) return 1.0;  // too fine to be affordable: the optimum is coarser
  if (point->binding == Limit::kNone) {
    return size.slope_in_g(log_budget, point->log_n_active, log_g);
  }
  constexpr double kStep = 1e-4;
  const auto finer = size.at(log_budget, log_g + kStep, point->log_n_active);
  const auto coarser = size.at(log_budget, log_g - kStep, point->log_n_active);
  if (!finer) return 1.0;
  if (!coarser) return -1.0;
  return (finer->log_loss - coarser->log_loss) / (2.0 * kStep);
}

// The best granularity between the neighbours of the best power of two; that power where a limit
// leaves no better one.
SizedRun refine_granularity(const BestSize& size, double log_budget, const SizedRun& power,
                            double max_log_g) {
  auto slope = [&](double y) { return slope_at(size, log_budget, y, power.log_n_active); };
  const double left = std::max(0.0, power.log_g - std::log(2.0));
  const double right = std::min(max_log_g, power.log_g + std::log(2.0));
  double y = left;
  if (slope(left) < 0.0) y = slope(right) <= 0.0 ? right : bracketed_root(slope, left, right);
  const auto point = size.at(log_budget, y, power.log_n_active);
  return point && (!size.limits().any() || point->log_loss < power.log_loss) ? *point : power;
}

// The best granularity of all, where a cost has kinks at powers of two (a table's times are
// interpolated between them) or more than one valley: whatever has a flat place between two
// powers competes with the best power.
SizedRun best_of_octaves(const BestSize& size, double log_budget, const SizedRun& power,
                         double max_log_g) {
  constexpr double kBeside = 1e-6;  // of the kinks
  auto slope = [&](double y) { return slope_at(size, log_budget, y, power.log_n_active); };
  SizedRun best = power;
  for (double left = 0.0; left < max_log_g; left += std::log(2.0)) {
    const double low = left + kBeside, high = std::min(max_log_g, left + std::log(2.0)) - kBeside;
    if (!(low < high) || slope(low) >= 0.0 || slope(high) <= 0.0) continue;
    const auto point = size.at(log_budget, bracketed_root(slope, low, high), power.log_n_active);
    if (point && point->log_loss < best.log_loss) best = *point;
  }
  const auto edge = size.at(log_budget, max_log_g, power.log_n_active);
  if (edge && edge->log_loss < best.log_loss) best = *edge;
  return best;
}

Found search(const BestSize& size, double log_budget, const PlanOptions& options,
             const Optimum* near) {
  if (!size.law().has_granularity()) return {size.at(log_budget, 0.0, start(size, near))};
  if (options.search == GranularitySearch::kFixed) {
    return {size.at(log_budget, std::log(options.granularity), start(size, near)),
            options.granularity};
  }
  Found best =
      near ? walk_powers(size, log_budget, options, *near) : all_powers(size, log_budget, options);
  if (best.point && options.search == GranularitySearch::kContinuous) {
    const double max_log_g = std::log(options.max_granularity);
    best.point = size.has_one_valley()
                     ? refine_granularity(size, log_budget, *best.point, max_log_g)
                     : best_of_octaves(size, log_budget, *best.point, max_log_g);
    best.g_on_edge = best.point && best.point->log_g >= max_log_g * (1.0 - 1e-9);
    if (best.point) best.granularity = std::exp(best.point->log_g);
  }
  return best;
}

// Of all granularities searched, the broken limit that is nearest to leaving a model.
BrokenLimit nearest_broken(const BestSize& size, double log_budget, const PlanOptions& options) {
  const bool fixed = options.search == GranularitySearch::kFixed || !size.law().has_granularity();
  BrokenLimit best;
  double least = std::numeric_limits<double>::infinity();
  for (double g = fixed ? options.granularity : 1.0;; g *= 2.0) {
    const BrokenLimit found = size.broken(log_budget, std::log(g));
    if (found.limit != Limit::kNone) {
      Limits limits = size.limits();
      const double off = std::abs(std::log(found.enough / *limits.value(found.limit)));
      if (off < least) best = found, least = off;
    }
    if (fixed || 2.0 * g > options.max_granularity) return best;
  }
}

}  // namespace

Optimum find_optimum(const BestSize& size, double log_budget, const PlanOptions& options,
                     const Optimum* near) {
  // Limits that depend on granularity may leave some of them no model: no walk downhill then.
  const bool one_valley =
      size.has_one_valley() && !size.law().counting().counts_embeddings() && !size.limits().any();
  // From G = 1 upwards where nothing better is known.
  const Optimum from_coarse;
  const Found found = search(size, log_budget, options,
                             !one_valley ? nullptr
                             : near      ? near
                                         : &from_coarse);
  Optimum out;
  if (!found.point) {
    out.status = PlanStatus::kBudgetTooSmall;
    if (size.limits().any()) out.broken = nearest_broken(size, log_budget, options);
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
  if (std::isnan(out.log_loss)) {
    out.note = "the law gives no positive loss here, and a plan goes by the logarithm of one";
  } else if (best.edge == SizeEdge::kSmallestModel) {
    out.note = "the best model would be smaller than the smallest of this family";
  } else if (best.edge == SizeEdge::kFewestTokens) {
    out.note = "the best run would see fewer tokens than one";
  } else if (size.gain(out.log_n_active, out.log_d, out.log_g) < kLeastGain) {
    out.note = "the law is at its irreducible loss here: more compute no longer lowers it";
  } else if (found.g_on_edge) {
    out.note = "the best granularity is the largest that was searched";
  } else {
    out.status = PlanStatus::kOptimal;
  }
  return out;
}

}  // namespace isoflop
