#include "fit/profile.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "fit/block_descent.hpp"
#include "isoflop/core/parallel.hpp"
#include "isoflop/laws/coefficients.hpp"

namespace isoflop {
namespace {

/// s^2 of the head of this file; infinite where there are no more runs than coefficients.
double likelihood_scale(const Objective& objective, const CoefficientVector& theta, int num_free) {
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
double profile_end(const Objective& objective, const FreeSpace& space, const Minimum& best, int e,
                   double rise, double first_step, double bound) {
  constexpr int kMostSteps = 60, kMostHalvings = 40;
  constexpr double kGrowth = 1.7, kAccuracy = 1e-3;  // of the rise
  const double sign = bound > best.phi[e] ? 1.0 : -1.0;
  double inner = best.phi[e], inner_rise = 0.0;
  CoefficientVector inner_phi = FreeSpace::drop(best.phi, e);
  auto rise_at = [&](double x, const CoefficientVector& from, CoefficientVector& to) {
    const FreeSpace held = space.without(e, x);
    const auto m = BlockDescent(objective, held).run(from);
    to = m.phi;
    return m.value - best.value;
  };
  double step = first_step, outer = inner, outer_rise = 0.0;
  CoefficientVector phi = inner_phi;
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

}  // namespace

double tolerated_rise(const Objective& objective, const FreeSpace& space, const Minimum& best) {
  constexpr double kChiSquared95 = 3.841458820694124;
  return 0.5 * kChiSquared95 * likelihood_scale(objective, space.expand(best.phi), space.size());
}

std::vector<ProfileInterval> profile_intervals(const LawFacts& law, const Objective& objective,
                                               const FreeSpace& space, const Minimum& best,
                                               const FitOptions& options) {
  const auto theta = space.expand(best.phi);
  const double rise = tolerated_rise(objective, space, best);
  const Derivatives at = objective.second_order(theta);
  const auto hessian = space.reduce_matrix(at.curvature);
  const auto size = static_cast<std::size_t>(space.size());
  std::vector<double> ends(2 * size);
  parallel_for(2 * size, options.num_threads, [&](std::size_t i) {
    stop_if_cancelled(options);
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
    ends[i] = profile_end(objective, space, best, e, rise, step, bound);
  });

  std::vector<ProfileInterval> out;
  for (std::size_t p = 0; p < law.coefficients.size(); ++p) {
    if (space.entry[p] < 0) continue;
    const auto e = static_cast<std::size_t>(space.entry[p]);
    const auto index = static_cast<Eigen::Index>(e);
    const CoefficientInfo c = bounded(law.coefficients[p], space);
    ProfileInterval interval;
    interval.coefficient = c.name;
    interval.low = std::clamp(from_axis(c, ends[2 * e]), c.lower, c.upper);
    interval.high = std::clamp(from_axis(c, ends[2 * e + 1]), c.lower, c.upper);
    interval.low_at_bound = ends[2 * e] <= space.lower[index];
    interval.high_at_bound = ends[2 * e + 1] >= space.upper[index];
    const double value = from_axis(c, theta[static_cast<Eigen::Index>(p)]);
    interval.weak = interval.low_at_bound || interval.high_at_bound ||
                    is_weak(c, value, {interval.low, interval.high});
    out.push_back(interval);
  }
  return out;
}

}  // namespace isoflop
