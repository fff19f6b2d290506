// The number of parameters with the lowest loss under a budget, at one granularity:
//   minimise L(N, D, G)  subject to  (D + D_served / 3) cost_per_token(N, G) = budget,  G given,
// and the limits of limits.hpp. (Where tokens per parameter are given and the size is capped, less
// than the budget is spent.) D follows from N, so this is the root of dL/dlnN on a line. The
// root is found from the exact derivative: a sampled loss would fix N to half the digits of a
// double at best. Every limit is a largest N, so that behind one valley the answer is the root or
// the largest N, whichever is smaller.
//
// Where law and cost are log-convex (`kLogConvex` of both), ln L along the budget is jointly
// convex in ln N and ln G: ln D = ln budget - ln F is concave (less served tokens too: ln(e^x - c)
// is concave and rises with x), and ln L is convex and does not rise with it (Boyd and
// Vandenberghe 2004, Convex Optimization, Section 3.2.4). There is one valley, and the sign of the
// slope says on which side of it a point lies. Other laws are scanned for the deepest valley
// first.
#pragma once

#include <limits>
#include <memory>
#include <optional>

#include "isoflop/core/model_shape_rule.hpp"
#include "isoflop/plan/limits.hpp"
#include "plan/law_at.hpp"
#include "plan/token_cost.hpp"

namespace isoflop {

/// Where a best size lies that is no optimum inside the search.
enum class SizeEdge { kNone, kSmallestModel, kFewestTokens };

/// A run as natural logarithms of active parameters, tokens, granularity and loss.
struct SizedRun {
  double log_n_active, log_d, log_g, log_loss;
  SizeEdge edge;
  Limit binding = Limit::kNone;  ///< the limit that keeps the model from being larger
};

class BestSize {
 public:
  BestSize(LawAt law, std::shared_ptr<const TokenCost> cost, const ModelShapeRule& shape,
           const Limits& limits = {});

  const LawAt& law() const { return law_; }
  const TokenCost& cost() const { return *cost_; }
  const ModelShapeRule& shape() const { return shape_; }
  const Limits& limits() const { return limits_; }
  double log_smallest() const { return log_smallest_; }
  /// Whether law and cost say that there is one valley in ln N, and in ln G.
  bool has_one_valley() const { return one_valley_; }

  /// The same under other limits, or with the law counting otherwise.
  BestSize with(const Limits& limits) const { return {law_, cost_, shape_, limits}; }
  BestSize with(const Counting& counting) const {
    return {law_.with(counting), cost_, shape_, limits_};
  }

  /// The best run at one granularity, looked for from `from`; nothing if even the smallest model is
  /// too dear or breaks a limit.
  std::optional<SizedRun> at(double log_budget, double log_g, double from) const;

  /// The limit that leaves no model at all and what it would have to be; kNone where there is a
  /// model or the budget is too small.
  BrokenLimit broken(double log_budget, double log_g) const;

  /// ln of the tokens that the budget pays for at a size; minus infinity where serving takes it
  /// all.
  double log_tokens(double log_budget, double log_n_active, double log_g) const;

  /// d ln L / d ln G along the budget.
  double slope_in_g(double log_budget, double log_n_active, double log_g) const;

  /// - d ln L / d ln budget at a best run inside the search: by the envelope theorem that of more
  /// tokens.
  double gain(double log_n_active, double log_d, double log_g) const;

  /// ln of the budget that so many tokens take at a size, serving included.
  double log_spent(double log_n_active, double log_d, double log_g) const;

 private:
  struct LargestSize {
    double log_n_active = std::numeric_limits<double>::infinity();
    Limit limit = Limit::kNone;
  };

  /// ln(exp(x) - served) with its derivative; x itself where nothing is served.
  double less_served(double x) const;
  Moving less_served(const Moving& x) const;

  SizedRun run_at(double log_budget, double log_n_active, double log_g, SizeEdge edge,
                  Limit binding = Limit::kNone) const;
  /// The largest size that keeps to all limits but a fixed ratio.
  LargestSize largest(double log_budget, double log_g) const;
  /// The size at which an increasing function passes zero; minus infinity where it is above zero
  /// even at the smallest size.
  template <class F>
  double first_beyond(const F& excess) const;
  /// The largest run with exactly so many tokens per active parameter that the budget pays for:
  /// where a limit caps its size, part of the budget is not spent.
  struct RatioSize {
    SizedRun run{};
    bool leaves_model = false;  ///< it is a model of the family and has tokens enough
  };
  RatioSize ratio_size(double log_budget, double log_g, const LargestSize& cap) const;
  /// d ln L / d ln N_active along the budget.
  double slope_in_n(double log_budget, double log_n_active, double log_g) const;
  /// ln N of the model that is trained on a single token; `beyond` is larger than that.
  double log_largest(double log_budget, double log_g, double beyond) const;
  SizedRun in_the_valley(double log_budget, double log_g, double from) const;
  SizedRun in_the_deepest_valley(double log_budget, double log_g, const LargestSize& cap) const;

  LawAt law_;
  std::shared_ptr<const TokenCost> cost_;
  ModelShapeRule shape_;
  Limits limits_;
  double served_;  // trained tokens that cost as much as serving
  double log_smallest_;
  bool one_valley_;
};

}  // namespace isoflop
