#include "plan/best_size.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "isoflop/core/root.hpp"

namespace isoflop {

BestSize::BestSize(LawAt law, std::shared_ptr<const TokenCost> cost, const ModelShapeRule& shape,
                   const Limits& limits)
    : law_(std::move(law)),
      cost_(std::move(cost)),
      shape_(shape),
      limits_(limits),
      served_(limits.inference_tokens / 3.0),
      log_smallest_(std::log(shape.smallest_n_active())),
      one_valley_(law_.is_log_convex() && cost_->is_log_convex()) {}

std::optional<SizedRun> BestSize::at(double log_budget, double log_g, double from) const {
  if (!(log_tokens(log_budget, log_smallest_, log_g) >= 0.0)) return std::nullopt;
  const LargestSize cap = limits_.any() ? largest(log_budget, log_g) : LargestSize{};
  if (cap.log_n_active < log_smallest_) return std::nullopt;
  if (limits_.tokens_per_active > 0.0) {
    const RatioSize at = ratio_size(log_budget, log_g, cap);
    return at.leaves_model ? std::optional(at.run) : std::nullopt;
  }
  // With embeddings ln N is convex, not linear, in ln N_active: there may be two valleys.
  if (!one_valley_ || law_.counting().counts_embeddings()) {
    return in_the_deepest_valley(log_budget, log_g, cap);
  }
  const SizedRun free = in_the_valley(log_budget, log_g, from);
  if (free.log_n_active <= cap.log_n_active) return free;
  return run_at(log_budget, cap.log_n_active, log_g, SizeEdge::kNone, cap.limit);
}

BrokenLimit BestSize::broken(double log_budget, double log_g) const {
  const double most = log_tokens(log_budget, log_smallest_, log_g);
  if (!(most >= 0.0)) return {};
  const LargestSize cap = largest(log_budget, log_g);
  if (cap.log_n_active < log_smallest_) {
    return {cap.limit, cap.limit == Limit::kMemory      ? limits_.memory.bytes(log_smallest_, log_g)
                       : cap.limit == Limit::kMinTokens ? std::exp(most)
                                                        : std::exp(log_smallest_)};
  }
  if (!(limits_.tokens_per_active > 0.0)) return {};
  const RatioSize at = ratio_size(log_budget, log_g, cap);
  if (at.leaves_model) return {};
  // More tokens per parameter than even the smallest model gets, or fewer tokens than asked.
  const double most_per_active = std::exp(most - log_smallest_);
  if (most_per_active < limits_.tokens_per_active) {
    return {Limit::kTokensPerActive, most_per_active};
  }
  return {Limit::kMinTokens, std::exp(at.run.log_d)};
}

double BestSize::log_tokens(double log_budget, double log_n_active, double log_g) const {
  return less_served(log_budget - cost_->log_cost(log_n_active, log_g));
}

double BestSize::slope_in_g(double log_budget, double log_n_active, double log_g) const {
  const Moving d = less_served(log_budget - cost_->along_g(log_n_active, log_g));
  return law_.slope(log_n_active, d, moving(log_g));
}

double BestSize::gain(double log_n_active, double log_d, double log_g) const {
  return -law_.slope(log_n_active, moving(log_d), log_g);
}

double BestSize::log_spent(double log_n_active, double log_d, double log_g) const {
  return std::log(std::exp(log_d) + served_) + cost_->log_cost(log_n_active, log_g);
}

double BestSize::less_served(double x) const {
  if (!(served_ > 0.0)) return x;
  const double share = served_ * std::exp(-x);
  return share < 1.0 ? x + std::log1p(-share) : -std::numeric_limits<double>::infinity();
}

Moving BestSize::less_served(const Moving& x) const {
  if (!(served_ > 0.0)) return x;
  return detail::chain(x, less_served(x.value), 1.0 / (1.0 - served_ * std::exp(-x.value)), 0.0);
}

SizedRun BestSize::run_at(double log_budget, double log_n_active, double log_g, SizeEdge edge,
                          Limit binding) const {
  const double log_d = log_tokens(log_budget, log_n_active, log_g);
  return {log_n_active, log_d, log_g, law_.log_loss(log_n_active, log_d, log_g), edge, binding};
}

BestSize::LargestSize BestSize::largest(double log_budget, double log_g) const {
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
  // Of so many tokens per parameter a larger model has more, and not fewer: ratio_size() looks.
  if (limits_.min_tokens > 0.0 && !(limits_.tokens_per_active > 0.0)) {
    const double wanted = std::log(limits_.min_tokens);
    lower(first_beyond([&](double x) { return wanted - log_tokens(log_budget, x, log_g); }),
          Limit::kMinTokens);
  }
  return out;
}

template <class F>
double BestSize::first_beyond(const F& excess) const {
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

BestSize::RatioSize BestSize::ratio_size(double log_budget, double log_g,
                                         const LargestSize& cap) const {
  constexpr double kLastDigits = 1e-12;
  const double log_ratio = std::log(limits_.tokens_per_active);
  const double size =
      first_beyond([&](double x) { return log_ratio + x - log_tokens(log_budget, x, log_g); });
  RatioSize out;
  if (size <= cap.log_n_active) {
    out.run = run_at(log_budget, size, log_g, SizeEdge::kNone, Limit::kTokensPerActive);
  } else {
    const double log_n = cap.log_n_active, log_d = log_ratio + log_n;
    out.run = {log_n, log_d, log_g, law_.log_loss(log_n, log_d, log_g), SizeEdge::kNone, cap.limit};
  }
  const bool has_tokens =
      !(limits_.min_tokens > 0.0) || out.run.log_d >= std::log(limits_.min_tokens) - kLastDigits;
  out.leaves_model = size >= log_smallest_ && has_tokens;
  return out;
}

double BestSize::slope_in_n(double log_budget, double log_n_active, double log_g) const {
  const Moving d = less_served(log_budget - cost_->along_n(log_n_active, log_g));
  if (served_ > 0.0 && !(d.value > 0.0)) return 1.0;  // serving takes it all: too large
  return law_.slope(moving(log_n_active), d, log_g);
}

double BestSize::log_largest(double log_budget, double log_g, double beyond) const {
  return bracketed_root([&](double x) { return std::fmax(log_tokens(log_budget, x, log_g), -1e3); },
                        log_smallest_, beyond);
}

SizedRun BestSize::in_the_valley(double log_budget, double log_g, double from) const {
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

SizedRun BestSize::in_the_deepest_valley(double log_budget, double log_g,
                                         const LargestSize& cap) const {
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
    const double v = run_at(log_budget, log_smallest_ + i * step, log_g, SizeEdge::kNone).log_loss;
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

}  // namespace isoflop
