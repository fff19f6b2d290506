/// Laws whose draws plan what a test needs them to: L = E + A / N^a + B / D^a with one exponent, of
/// which the optimum under 6 N D is known by hand,
///   N = (A / B)^(1/2a) sqrt(C / 6),
/// so that A times k^2a plans k times the N. A run with r times the best N and 1/r of the best D
/// has an excess loss cosh(a ln r) times as high, which the best run reaches with the share cosh(a
/// ln r)^(-2/a) of the budget: the rest is lost.
#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "isoflop/laws/law_record.hpp"

namespace isoflop::testing {

inline constexpr double kOneExponent = 0.34;

/// E, A, alpha, B, beta of a law that plans `factor` times the N of the first.
inline std::vector<double> planning_times(double factor) {
  return {1.7, 400.0 * std::pow(factor, 2.0 * kOneExponent), kOneExponent, 400.0, kOneExponent};
}

/// Of which no budget has a plan: tokens do not matter, so that the best run would see none.
inline std::vector<double> planning_nothing() {
  return {1.69, 1e6, kOneExponent, 1e-9, kOneExponent};
}

/// A hundred draws: an eighth plans 1 / sqrt(span) times the N of the law, an eighth sqrt(span)
/// times, so that the 95 % interval spans just this factor.
inline std::vector<std::vector<double>> draws_that_span(double span) {
  std::vector<std::vector<double>> out(76, planning_times(1.0));
  out.insert(out.end(), 12, planning_times(1.0 / std::sqrt(span)));
  out.insert(out.end(), 12, planning_times(std::sqrt(span)));
  return out;
}

/// A hundred draws under each of which this share of the budget is lost.
inline std::vector<std::vector<double>> draws_that_lose(double share) {
  const double factor =
      std::exp(std::acosh(std::pow(1.0 - share, -0.5 * kOneExponent)) / kOneExponent);
  std::vector<std::vector<double>> out(50, planning_times(factor));
  out.insert(out.end(), 50, planning_times(1.0 / factor));
  return out;
}

/// A hundred draws of which so many have no plan.
inline std::vector<std::vector<double>> draws_without_plan(std::size_t count) {
  std::vector<std::vector<double>> out(100 - count, planning_times(1.0));
  out.insert(out.end(), count, planning_nothing());
  return out;
}

}  // namespace isoflop::testing
