/// Profile likelihood: how far one coefficient can be moved, with all others fitted again, before
/// the objective rises by more than chance allows. For a robust objective F with psi = rho' the
/// quantity 2 (F - F_min) / s^2, s^2 = [n / (n - p)] mean(psi^2) / mean(psi'), is asymptotically
/// chi-squared with one degree of freedom (Ronchetti 1982; Hampel, Ronchetti, Rousseeuw, Stahel
/// 1986, section 7.2). With squares it is the usual likelihood ratio.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "isoflop/core/parallel.hpp"
#include "isoflop/fit/block_descent.hpp"
#include "isoflop/fit/report.hpp"

namespace isoflop {
namespace detail {

/// s^2 of the head of this file; infinite where there are no more runs than coefficients.
template <Law L>
double likelihood_scale(const ColumnObjective<L>& objective,
                        const typename ColumnObjective<L>::Theta& theta, int num_free) {
  std::vector<double> residuals, weights;
  objective.residuals(theta, residuals, weights);
  double n = 0.0, psi_squared = 0.0, sum_squares = 0.0;
  const double delta = objective.loss().delta();
  std::vector<double> sizes;
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    if (weights[i] == 0.0) continue;
    const double clipped = std::clamp(residuals[i], -delta, delta);
    n += 1.0;
    psi_squared += weights[i] * weights[i] * clipped * clipped;
    sizes.push_back(std::abs(residuals[i]));
    sum_squares += residuals[i] * residuals[i];
  }
  if (!(n > num_free)) return std::numeric_limits<double>::infinity();
  // mean(psi') is the share of residuals within delta. Where delta is narrow against the residuals
  // too few lie there to count: their density around zero is then taken from a wider window.
  std::nth_element(sizes.begin(), sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2),
                   sizes.end());
  const double spread = 1.4826 * sizes[sizes.size() / 2];
  const double window = std::max(delta, 1.06 * spread * std::pow(n, -0.2));
  double inside = 0.0;
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    if (std::abs(residuals[i]) <= window) inside += weights[i];
  }
  if (std::isfinite(window)) inside *= delta / window;
  return n / (n - num_free) * psi_squared / inside;
}

/// One side of an interval: the value of phi[e] where the profile has risen by `rise`, or the
/// bound.
template <Law L>
double profile_end(const ColumnObjective<L>& objective, const FreeSpace<kNumCoefficients<L>>& space,
                   const Minimum<kNumCoefficients<L>>& best, int e, double rise, double first_step,
                   double bound) {
  using Space = FreeSpace<kNumCoefficients<L>>;
  using Small = typename Space::Small;
  constexpr int kMostSteps = 60, kMostHalvings = 40;
  constexpr double kGrowth = 1.7, kAccuracy = 1e-3;  // of the rise
  const double sign = bound > best.phi[e] ? 1.0 : -1.0;
  double inner = best.phi[e], inner_rise = 0.0;
  Small inner_phi = Space::drop(best.phi, e);
  auto rise_at = [&](double x, const Small& from, Small& to) {
    const Space held = space.without(e, x);
    const auto m = BlockDescent<L>(objective, held).run(from);
    to = m.phi;
    return m.value - best.value;
  };
  double step = first_step, outer = inner, outer_rise = 0.0;
  Small phi = inner_phi;
  for (int i = 0;; ++i) {
    outer = inner + sign * step;
    const bool last = sign * (outer - bound) >= 0.0 || i == kMostSteps;
    if (last) outer = bound;
    outer_rise = rise_at(outer, inner_phi, phi);
    if (outer_rise >= rise) break;
    if (last) return bound;
    inner = outer;
    inner_rise = outer_rise;
    inner_phi = phi;
    step *= kGrowth;
  }
  // The rise is close to quadratic: its root is, so interpolate that.
  for (int i = 0; i < kMostHalvings; ++i) {
    const double a = std::sqrt(std::max(inner_rise, 0.0)), b = std::sqrt(outer_rise);
    double share = (std::sqrt(rise) - a) / (b - a);
    share = std::clamp(share, 0.05, 0.95);
    const double x = inner + share * (outer - inner);
    const double here = rise_at(x, inner_phi, phi);
    if (std::abs(here - rise) <= kAccuracy * rise) return x;
    if (here < rise) {
      inner = x;
      inner_rise = here;
      inner_phi = phi;
    } else {
      outer = x;
      outer_rise = here;
    }
  }
  return 0.5 * (inner + outer);
}

}  // namespace detail

/// The 95 % profile interval of every coefficient that was fitted, in the law's units. `best` is
/// the minimum of the objective.
template <Law L>
std::vector<ProfileInterval> profile_intervals(const ColumnObjective<L>& objective,
                                               const FreeSpace<kNumCoefficients<L>>& space,
                                               const Minimum<kNumCoefficients<L>>& best,
                                               unsigned num_threads) {
  constexpr double kChiSquared95 = 3.841458820694124;
  const auto theta = space.expand(best.phi);
  const double rise =
      0.5 * kChiSquared95 * detail::likelihood_scale(objective, theta, space.size());
  const auto at = objective.template evaluate<2>(theta);
  const auto hessian = space.reduce_matrix(at.hessian);
  const auto size = static_cast<std::size_t>(space.size());
  std::vector<double> ends(2 * size);
  parallel_for(2 * size, num_threads, [&](std::size_t i) {
    const int e = static_cast<int>(i / 2);
    const double bound = i % 2 == 0 ? space.lower[e] : space.upper[e];
    if (!std::isfinite(rise) || best.phi[e] == bound) {
      ends[i] = bound;
      return;
    }
    // With the others held still the objective rises faster, so the first step falls short.
    const double curvature = std::max(hessian(e, e), 1e-300);
    const double step =
        std::min(std::sqrt(2.0 * rise / curvature), 0.25 * (space.upper[e] - space.lower[e]));
    ends[i] = detail::profile_end(objective, space, best, e, rise, step, bound);
  });

  const std::span<const CoefficientInfo> coefficients = coefficients_of(objective.law());
  std::vector<ProfileInterval> out;
  for (std::size_t p = 0; p < kNumCoefficients<L>; ++p) {
    if (space.entry[p] < 0) continue;
    const auto e = static_cast<std::size_t>(space.entry[p]);
    const auto index = static_cast<Eigen::Index>(e);
    const CoefficientInfo& c = coefficients[p];
    ProfileInterval interval;
    interval.coefficient = c.name;
    interval.low = std::clamp(from_axis(c, ends[2 * e]), c.lower, c.upper);
    interval.high = std::clamp(from_axis(c, ends[2 * e + 1]), c.lower, c.upper);
    interval.low_at_bound = ends[2 * e] <= space.lower[index];
    interval.high_at_bound = ends[2 * e + 1] >= space.upper[index];
    interval.weak = interval.low_at_bound || interval.high_at_bound ||
                    interval.high - interval.low > std::abs(from_axis(c, theta[p]));
    out.push_back(interval);
  }
  return out;
}

}  // namespace isoflop
