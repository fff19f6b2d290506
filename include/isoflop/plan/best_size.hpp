/// The number of parameters with the lowest loss under a budget, at one granularity:
///   minimise L(N, D, G)  subject to  (D + D_served / 3) cost_per_token(N, G) = budget,  G given,
/// and the limits of limits.hpp. D follows from N, so this is the root of dL/dlnN on a line. The
/// root is found from the exact derivative: a sampled loss would fix N to half the digits of a
/// double at best. Every limit is a largest N, so that behind one valley the answer is the root or
/// the largest N, whichever is smaller.
///
/// Where law and cost are log-convex (`kLogConvex` of both), ln L along the budget is jointly
/// convex in ln N and ln G: ln D = ln budget - ln F is concave (less served tokens too: ln(e^x - c)
/// is concave and rises with x), and ln L is convex and does not rise with it (Boyd and
/// Vandenberghe 2004, Convex Optimization, Section 3.2.4). There is one valley, and the sign of the
/// slope says on which side of it a point lies. Other laws are scanned for the deepest valley
/// first.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <optional>
#include <tuple>
#include <utility>

#include "isoflop/core/dual.hpp"
#include "isoflop/core/log_sum_exp.hpp"
#include "isoflop/core/model_shape_rule.hpp"
#include "isoflop/core/repetition.hpp"
#include "isoflop/core/root.hpp"
#include "isoflop/cost/cost.hpp"
#include "isoflop/laws/law.hpp"
#include "isoflop/plan/limits.hpp"

namespace isoflop {

/// A law with its coefficients, and how its N follows from active parameters.
template <Law L>
struct LawAt {
  std::array<double, kNumCoefficients<L>> theta;  ///< on the optimiser's axis
  double n_law_per_active = 1.0;
  std::array<double, kNumVariables> log_given{};  ///< of the variables that are not chosen
  /// Where the law's N also counts embeddings, which grow with the width of the model: ln of their
  /// number over the cube root of active parameters without them. Minus infinity: it does not.
  double log_embedding = -std::numeric_limits<double>::infinity();
  /// ln of the unique tokens, for a law that does not know of repetition itself: tokens beyond them
  /// count as repetition.hpp says. Infinity: all are new.
  double log_unique = std::numeric_limits<double>::infinity();

  bool repeats() const { return std::isfinite(log_unique); }
  bool counts_embeddings() const { return std::isfinite(log_embedding); }
  double n_law(double n_active) const {
    return n_active * n_law_per_active + std::exp(log_embedding) * std::cbrt(n_active);
  }

  /// Whether the formula knows a granularity at all; of a law given as text that is known only when
  /// it is in use.
  static constexpr bool kMayHaveGranularity = [] {
    if constexpr (requires { L::kVariableCapacity; }) {
      return true;
    } else {
      for (const Variable v : L::kVariables) {
        if (v == Variable::kG) return true;
      }
      return false;
    }
  }();
  static constexpr bool has_granularity() {
    for (const Variable v : L::kVariables) {
      if (v == Variable::kG) return true;
    }
    return false;
  }

  /// ln loss from the natural logarithms of active parameters, tokens and granularity.
  template <class N, class D, class G>
  auto log_loss(const N& log_n_active, const D& log_d, const G& log_g) const {
    if (!repeats()) return of_new_tokens(log_n_active, as_curved(log_d), log_g);
    return of_new_tokens(log_n_active,
                         as_curved(log_d + log_repeated(log_d - log_unique, std::log(kTokenReuse))),
                         log_g);
  }

 private:
  /// The same number in the type that functions of it have, so that both branches above agree.
  static double as_curved(double x) { return x; }
  template <class S, unsigned M, int O, bool L2>
  static auto as_curved(const Dual<S, M, O, L2>& x) {
    return detail::chain(x, x.value, S(1.0), S(0.0));
  }

  template <class N, class D, class G>
  auto of_new_tokens(const N& log_n_active, const D& log_d, const G& log_g) const {
    if (!counts_embeddings())
      return at_size(log_n_active + std::log(n_law_per_active), log_d, log_g);
    return at_size(log_sum_exp(log_n_active + std::log(n_law_per_active),
                               log_n_active * (1.0 / 3.0) + log_embedding),
                   log_d, log_g);
  }
  /// The same from the logarithm of N as the law counts it.
  template <class N, class D, class G>
  auto at_size(const N& log_n, const D& log_d, const G& log_g) const {
    if constexpr (requires { L::kVariableCapacity; }) {
      return with_any_variables(log_n, log_d, log_g);
    } else {
      return with_variables(std::make_index_sequence<kNumVariablesOf<L>>{}, log_n, log_d, log_g);
    }
  }

  template <std::size_t... I, class N, class D, class G>
  auto with_variables(std::index_sequence<I...>, const N& n, const D& d, const G& g) const {
    return L::log_loss(theta, std::make_tuple(pick<L::kVariables[I]>(n, d, g)...));
  }
  /// The same for a law whose variables are known only now: all numbers of the widest type.
  template <class N, class D, class G>
  auto with_any_variables(const N& n, const D& d, const G& g) const {
    using T = std::decay_t<decltype(n + d + g)>;
    std::array<T, kNumVariablesOf<L>> log_x;
    log_x.fill(T(g - g + (n - n) + (d - d)));
    for (std::size_t v = 0; v < L::kVariables.size(); ++v) {
      const Variable id = L::kVariables[v];
      const T zero = log_x[v];
      log_x[v] = id == Variable::kN   ? T(zero + n)
                 : id == Variable::kD ? T(zero + d)
                 : id == Variable::kG ? T(zero + g)
                                      : T(zero + log_given[index_of(id)]);
    }
    return L::log_loss(theta, log_x);
  }

  template <Variable V, class N, class D, class G>
  auto pick(const N& n, const D& d, const G& g) const {
    if constexpr (V == Variable::kN) {
      return n;
    } else if constexpr (V == Variable::kD) {
      return d;
    } else if constexpr (V == Variable::kG) {
      return g;
    } else {
      return log_given[index_of(V)];
    }
  }
};

/// Whether a law or a cost says that it is log-convex.
template <class T>
constexpr bool is_log_convex() {
  if constexpr (requires { T::kLogConvex; }) return T::kLogConvex;
  return false;
}

/// Where a best size lies that is no optimum inside the search.
enum class SizeEdge { kNone, kSmallestModel, kFewestTokens };

/// A run as natural logarithms of active parameters, tokens, granularity and loss.
struct SizedRun {
  double log_n_active, log_d, log_g, log_loss;
  SizeEdge edge;
  Limit binding = Limit::kNone;  ///< the limit that keeps the model from being larger
};

template <Law L, Cost C>
class BestSize {
 public:
  /// Law and cost say that there is one valley in ln N, and in ln G.
  static constexpr bool kOneValley = is_log_convex<L>() && is_log_convex<C>();

  BestSize(const LawAt<L>& law, const C& cost, const ModelShapeRule& shape,
           const Limits& limits = {})
      : law_(law),
        cost_(cost),
        limits_(limits),
        served_(limits.inference_tokens / 3.0),
        log_smallest_(std::log(shape.smallest_n_active())) {}

  const LawAt<L>& law() const { return law_; }
  const C& cost() const { return cost_; }
  const Limits& limits() const { return limits_; }
  double log_smallest() const { return log_smallest_; }

  /// The best run at one granularity, looked for from `from`; nothing if even the smallest model is
  /// too dear or breaks a limit.
  std::optional<SizedRun> at(double log_budget, double log_g, double from) const {
    if (!(log_tokens(log_budget, log_smallest_, log_g) >= 0.0)) return std::nullopt;
    const LargestSize cap = limits_.any() ? largest(log_budget, log_g) : LargestSize{};
    if (cap.log_n_active < log_smallest_) return std::nullopt;
    if (limits_.tokens_per_active > 0.0) return at_ratio(log_budget, log_g, cap);
    // With embeddings ln N is convex, not linear, in ln N_active: there may be two valleys.
    if (!kOneValley || law_.counts_embeddings()) {
      return in_the_deepest_valley(log_budget, log_g, cap);
    }
    const SizedRun free = in_the_valley(log_budget, log_g, from);
    if (free.log_n_active <= cap.log_n_active) return free;
    return run_at(log_budget, cap.log_n_active, log_g, SizeEdge::kNone, cap.limit);
  }

  /// The limit that leaves no model at all and what it would have to be; kNone where there is a
  /// model or the budget is too small.
  BrokenLimit broken(double log_budget, double log_g) const {
    const double most = log_tokens(log_budget, log_smallest_, log_g);
    if (!(most >= 0.0)) return {};
    const LargestSize cap = largest(log_budget, log_g);
    if (cap.log_n_active < log_smallest_) {
      return {cap.limit, cap.limit == Limit::kMemory ? limits_.memory.bytes(log_smallest_, log_g)
                         : cap.limit == Limit::kMinTokens ? std::exp(most)
                                                          : std::exp(log_smallest_)};
    }
    if (!(limits_.tokens_per_active > 0.0) || at_ratio(log_budget, log_g, cap)) return {};
    // More tokens per parameter than even the smallest model gets, or fewer than the largest does.
    const double most_per_active = std::exp(most - log_smallest_);
    if (most_per_active < limits_.tokens_per_active) {
      return {Limit::kTokensPerActive, most_per_active};
    }
    return {Limit::kTokensPerActive,
            std::exp(log_tokens(log_budget, cap.log_n_active, log_g) - cap.log_n_active)};
  }

  /// ln of the tokens that the budget pays for at a size; minus infinity where serving takes it
  /// all.
  template <class N, class G>
  auto log_tokens(double log_budget, const N& log_n_active, const G& log_g) const {
    return less_served(log_budget - cost_.log_cost_per_token(log_n_active, log_g));
  }

  /// d ln L / d ln G along the budget.
  double slope_in_g(double log_budget, double log_n_active, double log_g) const {
    const auto g = dual_parameter<0, 1>(log_g);
    return law_.log_loss(log_n_active, log_tokens(log_budget, log_n_active, g), g)
        .template first<0>();
  }

  /// - d ln L / d ln budget at a best run inside the search: by the envelope theorem that of more
  /// tokens.
  double gain(double log_n_active, double log_d, double log_g) const {
    return -law_.log_loss(log_n_active, dual_parameter<0, 1>(log_d), log_g).template first<0>();
  }

 private:
  struct LargestSize {
    double log_n_active = std::numeric_limits<double>::infinity();
    Limit limit = Limit::kNone;
  };

  /// ln(exp(x) - served) with its derivative; x itself where nothing is served.
  double less_served(double x) const {
    const double share = served_share(x);
    return share < 1.0 ? x + std::log1p(-share) : -std::numeric_limits<double>::infinity();
  }
  template <class S, unsigned M, bool Linear>
  auto less_served(const Dual<S, M, 1, Linear>& x) const {
    const S share = served_share(x.value);
    return detail::chain(x, less_served(x.value), 1.0 / (1.0 - share), S(0.0));
  }
  double served_share(double x) const { return served_ > 0.0 ? served_ * std::exp(-x) : 0.0; }

  SizedRun run_at(double log_budget, double log_n_active, double log_g, SizeEdge edge,
                  Limit binding = Limit::kNone) const {
    const double log_d = log_tokens(log_budget, log_n_active, log_g);
    return {log_n_active, log_d, log_g, law_.log_loss(log_n_active, log_d, log_g), edge, binding};
  }

  /// The largest size that keeps to all limits but a fixed ratio.
  LargestSize largest(double log_budget, double log_g) const {
    LargestSize out;
    auto lower = [&](double log_n, Limit limit) {
      if (log_n < out.log_n_active) out = {log_n, limit};
    };
    if (limits_.max_n_active < Limits::kFree) {
      lower(std::log(limits_.max_n_active), Limit::kMaxActive);
    }
    if (limits_.max_bytes < Limits::kFree) {
      lower(first_beyond(
                [&](double x) { return limits_.memory.bytes(x, log_g) / limits_.max_bytes - 1.0; }),
            Limit::kMemory);
    }
    if (limits_.min_tokens > 0.0) {
      const double wanted = std::log(limits_.min_tokens);
      lower(first_beyond([&](double x) { return wanted - log_tokens(log_budget, x, log_g); }),
            Limit::kMinTokens);
    }
    return out;
  }

  /// The size at which an increasing function passes zero; minus infinity where it is above zero
  /// even at the smallest size.
  template <class F>
  double first_beyond(const F& excess) const {
    if (excess(log_smallest_) > 0.0) return -std::numeric_limits<double>::infinity();
    double step = 1.0;
    while (!(excess(log_smallest_ + step) > 0.0)) {
      if (step > 200.0) return std::numeric_limits<double>::infinity();
      step *= 2.0;
    }
    // Minus infinity tokens and the like are no number to interpolate with.
    auto bounded = [&](double x) { return std::fmin(excess(x), 1e3); };
    return bracketed_root(bounded, log_smallest_, log_smallest_ + step);
  }

  /// The run with exactly so many tokens per active parameter; nothing if no size has them.
  std::optional<SizedRun> at_ratio(double log_budget, double log_g, const LargestSize& cap) const {
    const double log_ratio = std::log(limits_.tokens_per_active);
    const double size =
        first_beyond([&](double x) { return log_ratio + x - log_tokens(log_budget, x, log_g); });
    if (!(size >= log_smallest_) || size > cap.log_n_active) return std::nullopt;
    return run_at(log_budget, size, log_g, SizeEdge::kNone, Limit::kTokensPerActive);
  }

  /// d ln L / d ln N_active along the budget.
  double slope_in_n(double log_budget, double log_n_active, double log_g) const {
    const auto n = dual_parameter<0, 1>(log_n_active);
    const auto d = log_tokens(log_budget, n, log_g);
    if (served_ > 0.0 && !(d.value > 0.0)) return 1.0;  // serving takes it all: too large
    return law_.log_loss(n, d, log_g).template first<0>();
  }

  /// ln N of the model that is trained on a single token; `beyond` is larger than that.
  double log_largest(double log_budget, double log_g, double beyond) const {
    return bracketed_root(
        [&](double x) { return std::fmax(log_tokens(log_budget, x, log_g), -1e3); }, log_smallest_,
        beyond);
  }

  SizedRun in_the_valley(double log_budget, double log_g, double from) const {
    // Cells of a fixed grid: the one in which the slope changes sign, and so every digit of its
    // root, does not depend on where the search began.
    constexpr double kCell = 0.5;
    auto slope = [&](double x) { return slope_in_n(log_budget, x, log_g); };
    auto at = [&](double cell) {
      const double x = log_smallest_ + cell * kCell;
      return RootEnd{x, slope(x)};
    };
    double first = std::max(0.0, std::floor((from - log_smallest_) / kCell)), last = first + 1.0;
    RootEnd low = at(first), high = low;
    for (double step = 1.0; low.f >= 0.0; step *= 2.0) {
      if (first == 0.0) return run_at(log_budget, low.x, log_g, SizeEdge::kSmallestModel);
      last = first, high = low;
      first = std::max(0.0, first - step), low = at(first);
    }
    if (high.x == low.x) high = at(last);
    for (double step = 1.0; high.f < 0.0; step *= 2.0) {
      if (log_tokens(log_budget, high.x, log_g) < 0.0) {
        return run_at(log_budget, log_largest(log_budget, log_g, high.x), log_g,
                      SizeEdge::kFewestTokens);
      }
      first = last, low = high;
      last += step, high = at(last);
    }
    while (last - first > 1.0) {
      const double middle = std::floor(0.5 * (first + last));
      const RootEnd end = at(middle);
      if (end.f < 0.0) {
        first = middle, low = end;
      } else {
        last = middle, high = end;
      }
    }
    const SizedRun root =
        run_at(log_budget, bracketed_root(slope, low, high), log_g, SizeEdge::kNone);
    if (root.log_d >= 0.0) return root;
    return run_at(log_budget, log_largest(log_budget, log_g, root.log_n_active), log_g,
                  SizeEdge::kFewestTokens);
  }

  SizedRun in_the_deepest_valley(double log_budget, double log_g, const LargestSize& cap) const {
    constexpr int kCells = 48;
    double high = log_smallest_ + 1.0;
    while (log_tokens(log_budget, high, log_g) > 0.0) high += 1.0 + 0.5 * (high - log_smallest_);
    high = log_largest(log_budget, log_g, high);
    const bool capped = cap.log_n_active < high;
    if (capped) high = cap.log_n_active;
    auto slope = [&](double x) { return slope_in_n(log_budget, x, log_g); };
    const double step = (high - log_smallest_) / kCells;
    int best = 0;
    double best_value = std::numeric_limits<double>::infinity();
    for (int i = 0; i <= kCells; ++i) {
      const double v =
          run_at(log_budget, log_smallest_ + i * step, log_g, SizeEdge::kNone).log_loss;
      if (v < best_value) best = i, best_value = v;
    }
    const double left = log_smallest_ + std::max(best - 1, 0) * step;
    const double right = log_smallest_ + std::min(best + 1, kCells) * step;
    if (best == 0 && slope(left) >= 0.0) {
      return run_at(log_budget, left, log_g, SizeEdge::kSmallestModel);
    }
    if (best == kCells && slope(right) <= 0.0) {
      return capped ? run_at(log_budget, right, log_g, SizeEdge::kNone, cap.limit)
                    : run_at(log_budget, right, log_g, SizeEdge::kFewestTokens);
    }
    return run_at(log_budget, bracketed_root(slope, left, right), log_g, SizeEdge::kNone);
  }

  LawAt<L> law_;
  C cost_;
  Limits limits_;
  double served_;  // trained tokens that cost as much as serving
  double log_smallest_;
};

}  // namespace isoflop
