/// Quantiles of Student's t, by which an interval widens where few observations tell the scatter.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <numbers>

namespace isoflop {

/// P(|T| <= t) for t >= 0 and T with `degrees` >= 1 degrees of freedom: the finite sums of
/// Abramowitz and Stegun 1964, 26.7.3 and 26.7.4.
inline double student_within(double t, std::size_t degrees) {
  const double angle = std::atan(t / std::sqrt(static_cast<double>(degrees)));
  const double sine = std::sin(angle), cosine = std::cos(angle), square = cosine * cosine;
  const bool odd = degrees % 2 == 1;
  double term = odd ? cosine : 1.0, sum = degrees == 1 ? 0.0 : term;
  for (std::size_t k = odd ? 3 : 2; k + 1 < degrees; k += 2) {
    term *= square * static_cast<double>(k - 1) / static_cast<double>(k);
    sum += term;
  }
  return odd ? 2.0 / std::numbers::pi * (angle + sine * sum) : sine * sum;
}

/// The t >= 0 with P(|T| <= t) = `share`, 0 < share < 1; infinite without degrees of freedom.
inline double student_two_sided(double share, std::size_t degrees) {
  constexpr std::size_t kAsGoodAsNormal = 100'000;  // t differs from the normal by 1e-5
  constexpr int kHalvings = 60;
  if (degrees == 0) return std::numeric_limits<double>::infinity();
  degrees = degrees < kAsGoodAsNormal ? degrees : kAsGoodAsNormal;
  double low = 0.0, high = 1.0;
  while (student_within(high, degrees) < share) high *= 2.0;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = 0.5 * (low + high);
    (student_within(middle, degrees) < share ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

}  // namespace isoflop
