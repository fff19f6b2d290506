/// The inverse of Student's t distribution with a whole number of degrees of freedom. For up to
/// 200 of them the probability is summed exactly (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4,
/// with theta = atan(t / sqrt nu)) and inverted by root finding; beyond, the first two terms of
/// Fisher's expansion about the normal quantile (26.7.5), whose error is below 1e-6.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>

#include "isoflop/core/normal_quantile.hpp"
#include "isoflop/core/root.hpp"

namespace isoflop {

/// P(|T| <= t) for t >= 0 and at least one degree of freedom.
inline double student_within(double t, std::size_t degrees) {
  const double theta = std::atan(t / std::sqrt(static_cast<double>(degrees)));
  const double sine = std::sin(theta), cosine = std::cos(theta);
  const bool odd = degrees % 2 == 1;
  double term = odd ? cosine : 1.0, sum = 0.0;
  for (std::size_t k = odd ? 3 : 2; k <= degrees; k += 2) {
    sum += term;
    const auto nu = static_cast<double>(k);
    term *= (nu - 1.0) / nu * cosine * cosine;
  }
  return odd ? (theta + sine * sum) * 2.0 / std::numbers::pi : sine * sum;
}

/// t with P(T <= t) = p for p in (0, 1); NaN without a degree of freedom.
inline double student_quantile(double p, std::size_t degrees) {
  if (degrees == 0 || !(p > 0.0 && p < 1.0)) return std::numeric_limits<double>::quiet_NaN();
  if (p < 0.5) return -student_quantile(1.0 - p, degrees);
  const double within = 2.0 * p - 1.0;
  constexpr std::size_t kSummed = 200;
  if (degrees > kSummed) {
    const double z = normal_quantile(p), nu = static_cast<double>(degrees);
    return z + (std::pow(z, 3) + z) / (4.0 * nu) +
           (5.0 * std::pow(z, 5) + 16.0 * std::pow(z, 3) + 3.0 * z) / (96.0 * nu * nu);
  }
  // On the axis of theta, where the whole distribution is a finite interval.
  const double scale = std::sqrt(static_cast<double>(degrees));
  const double theta = bracketed_root(
      [&](double x) { return student_within(scale * std::tan(x), degrees) - within; }, 0.0,
      std::numbers::pi / 2.0 - 1e-12);
  return scale * std::tan(theta);
}

}  // namespace isoflop
