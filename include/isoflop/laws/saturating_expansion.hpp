/// How laws of mixtures of experts bend the number of experts, so that the first few and the last
/// many count less than their number:
///   1 / X_hat = 1 / (X - shift + (1/X_start - 1/X_max)^-1) + 1 / X_max.
/// Clark et al. 2022, arXiv 2202.01169 (shift 1: E = 1 gives E_start); without the shift Tian et
/// al. 2025, arXiv 2507.17702.
#pragma once

#include <cmath>

namespace isoflop {

/// ln X_hat from ln X, ln X_start and ln X_max. NaN unless X_start < X_max.
template <class X, class C>
auto log_saturating(const X& log_x, double shift, const C& log_start, const auto& log_max) {
  using std::exp;
  using std::log;
  const auto start = exp(log_start);
  const auto max = exp(log_max);
  const auto u = start * max / (max - start) + (exp(log_x) - shift);
  return log(u) + log_max - log(u + max);
}

}  // namespace isoflop
