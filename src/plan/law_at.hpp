// A law with its coefficients in the terms of a planner: from active parameters, all tokens and
// granularity to what the law counts.
#pragma once

#include <cmath>
#include <limits>
#include <memory>
#include <utility>

#include "plan/loss_surface.hpp"

namespace isoflop {

/// How N and D of a law follow from active parameters and tokens.
struct Counting {
  double n_law_per_active = 1.0;
  /// Where the law's N also counts embeddings, which grow with the width of the model: ln of their
  /// number over the cube root of active parameters without them. Minus infinity: it does not.
  double log_embedding = -std::numeric_limits<double>::infinity();
  /// ln of the unique tokens, for a law that does not know of repetition itself: tokens beyond them
  /// count as core/repetition.hpp says. Infinity: all are new.
  double log_unique = std::numeric_limits<double>::infinity();

  bool repeats() const { return std::isfinite(log_unique); }
  bool counts_embeddings() const { return std::isfinite(log_embedding); }
  double n_law(double n_active) const {
    return n_active * n_law_per_active + std::exp(log_embedding) * std::cbrt(n_active);
  }
};

class LawAt {
 public:
  explicit LawAt(std::shared_ptr<const LossSurface> surface, const Counting& counting = {})
      : surface_(std::move(surface)),
        counting_(counting),
        log_n_law_per_active_(std::log(counting.n_law_per_active)) {}

  const Counting& counting() const { return counting_; }
  bool has_granularity() const { return surface_->has_granularity(); }
  /// One valley in ln N_active, and in ln G. With embeddings ln N is convex, not linear, in ln
  /// N_active: there may be two valleys in it.
  bool is_log_convex() const { return surface_->is_log_convex(); }

  LawAt with(const Counting& counting) const { return LawAt(surface_, counting); }

  double log_loss(double log_n_active, double log_d, double log_g) const;
  /// d ln L along the line on which these move.
  double slope(const Moving& log_n_active, const Moving& log_d, double log_g) const;
  double slope(double log_n_active, const Moving& log_d, const Moving& log_g) const;
  double slope(double log_n_active, const Moving& log_d, double log_g) const;

 private:
  template <class N>
  N log_n(const N& log_n_active) const;
  template <class D>
  D log_d_counted(const D& log_d) const;

  std::shared_ptr<const LossSurface> surface_;
  Counting counting_;
  double log_n_law_per_active_;
};

}  // namespace isoflop
