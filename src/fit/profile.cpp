#include "fit/profile.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>

#include "fit/block_descent.hpp"
#include "fit/with_progress.hpp"
#include "isoflop/core/normal_quantile.hpp"
#include "isoflop/core/student_quantile.hpp"
#include "isoflop/laws/coefficients.hpp"

namespace isoflop {
namespace {

/// mean(psi') of the head of this file, from the sizes of the n - p largest residuals.
double mean_psi_slope(std::vector<double> sizes, double delta) {
  constexpr double kPriorRuns = 10.0;  // what the normal shape counts for beside the residuals
  if (std::isinf(delta)) return 1.0;
  const double m = static_cast<double>(sizes.size());
  double squares = 0.0;
  for (const double size : sizes) squares += size * size;
  const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
  std::nth_element(sizes.begin(), middle, sizes.end());
  // The scatter, which a few gross errors among many runs do not widen.
  const double sigma =
      std::min(std::sqrt(squares / m), 1.4826 * *middle * (1.0 + 4.0 / std::sqrt(m)));
  const double window = std::max(delta, 1.06 * sigma * std::pow(m, -0.2));
  const auto num_inside = static_cast<double>(
      std::count_if(sizes.begin(), sizes.end(), [&](double size) { return size <= window; }));
  const double share =
      (num_inside + kPriorRuns * (1.0 - 2.0 * normal_cdf(-window / sigma))) / (m + kPriorRuns);
  return share * delta / window;
}

/// The rise of the objective that chance allows a coefficient, 95 %; infinite where there are no
/// more runs than coefficients.
double allowed_rise(const Objective& objective, const CoefficientVector& theta, int num_free) {
  std::vector<double> residuals, weights, sizes;
  objective.residuals(theta, residuals, weights);
  double sum_weights = 0.0, psi_squared = 0.0;
  const double delta = objective.loss().delta();
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    if (weights[i] == 0.0) continue;
    psi_squared += std::pow(weights[i] * std::clamp(residuals[i], -delta, delta), 2);
    sum_weights += weights[i];
    sizes.push_back(std::abs(residuals[i]));
  }
  const std::size_t n = sizes.size(), p = static_cast<std::size_t>(num_free);
  if (n <= p) return std::numeric_limits<double>::infinity();
  const auto first = sizes.begin() + static_cast<std::ptrdiff_t>(p);
  std::nth_element(sizes.begin(), first, sizes.end());
  sizes.erase(sizes.begin(), first);
  const double mean_weight = sum_weights / static_cast<double>(n);
  const double scale = psi_squared / static_cast<double>(n - p) /
                       (mean_psi_slope(std::move(sizes), delta) * mean_weight);
  return 0.5 * std::pow(student_quantile(0.975, n - p), 2) * scale;
}

/// Walks along one coefficient, away from the minimum, with all others fitted again at each place.
class ProfileWalk {
 public:
  ProfileWalk(const Objective& objective, const Objective& wider, const FreeSpace& space,
              const Minimum& best, int e, double rise)
      : objective_(objective), wider_(wider), space_(space), best_(best), e_(e), rise_(rise) {
    inner_ = {best.phi[e], 0.0, FreeSpace::drop(best.phi, e)};
    before_ = inner_;
  }

  struct Place {
    double x = 0.0, rise = 0.0;
    CoefficientVector phi;  ///< of all other coefficients
  };

  /// Where the profile was computed, beyond the minimum; those far outside are left out.
  const std::vector<Place>& places() const { return places_; }

  /// The value of phi[e] where the profile has risen by `rise`, or the bound.
  double end(double first_step, double bound) {
    constexpr int kMostSteps = 60, kMostHalvings = 40;
    constexpr double kGrowth = 1.7, kAccuracy = 1e-3;  // of the rise
    const double sign = bound > best_.phi[e_] ? 1.0 : -1.0;
    Place outer;
    for (int i = 0; i <= kMostSteps; ++i, first_step *= kGrowth) {
      const double x = inner_.x + sign * first_step;
      const bool last = sign * (x - bound) >= 0.0 || i == kMostSteps;
      outer = refitted(last ? bound : x);
      if (outer.rise >= rise_) break;
      if (last) return bound;
      advance(outer);
    }
    // The rise is close to quadratic: its root is, so interpolate that.
    for (int i = 0; i < kMostHalvings; ++i) {
      const double a = std::sqrt(std::max(inner_.rise, 0.0)), b = std::sqrt(outer.rise);
      const double share = std::clamp((std::sqrt(rise_) - a) / (b - a), 0.05, 0.95);
      const Place here = refitted(inner_.x + share * (outer.x - inner_.x));
      if (std::abs(here.rise - rise_) <= kAccuracy * rise_) return here.x;
      if (here.rise < rise_) {
        advance(here);
      } else {
        outer = here;
      }
    }
    return 0.5 * (inner_.x + outer.x);
  }

 private:
  void advance(const Place& to) {
    before_ = inner_;
    inner_ = to;
  }

  /// Nothing lies outside before every way to a lower objective was tried: with a narrow delta a
  /// descent may stop far above the minimum, where as many runs as coefficients are met exactly,
  /// and a wider loss leads past such places.
  Place refitted(double x) {
    const FreeSpace held = space_.without(e_, x);
    // Scales follow the exponents over many powers of ten: begin where the last two places point.
    CoefficientVector ahead = inner_.phi;
    if (inner_.x != before_.x) {
      ahead += (x - inner_.x) / (inner_.x - before_.x) * (inner_.phi - before_.phi);
      ahead = ahead.cwiseMax(held.lower).cwiseMin(held.upper);
    }
    Minimum m = BlockDescent(objective_, held).run(ahead);
    const auto is_outside = [&] { return !(m.value - best_.value < rise_); };
    const auto take = [&](const Minimum& other) {
      if (other.value < m.value || !std::isfinite(m.value)) m = other;
    };
    if (is_outside()) take(minimize(objective_, held, ahead));
    if (is_outside()) take(BlockDescent(objective_, held).run(inner_.phi));
    if (is_outside()) take(minimize(objective_, held, minimize(wider_, held, ahead).phi));
    constexpr double kFarOutside = 3.0;
    const Place out{x, m.value - best_.value, m.phi};
    if (out.rise <= kFarOutside * rise_) places_.push_back(out);
    return out;
  }

  const Objective& objective_;
  const Objective& wider_;
  const FreeSpace& space_;
  const Minimum& best_;
  int e_;
  double rise_;
  Place inner_, before_;  ///< the last two places inside
  std::vector<Place> places_;
};

}  // namespace

double tolerated_rise(const Objective& objective, const FreeSpace& space, const Minimum& best) {
  return allowed_rise(objective, space.expand(best.phi), space.size());
}

std::vector<ProfileInterval> profile_intervals(const LawFacts& law, const Objective& objective,
                                               const FreeSpace& space, const Minimum& best,
                                               const FitOptions& options) {
  const auto theta = space.expand(best.phi);
  const double rise = tolerated_rise(objective, space, best);
  constexpr double kWide = 0.03;  // beyond the noise of nearly all runs
  const auto wider = objective.with(HuberLoss(std::max(objective.loss().delta(), kWide)));
  const Derivatives at = objective.second_order(theta);
  const auto hessian = space.reduce_matrix(at.curvature);
  const auto size = static_cast<std::size_t>(space.size());
  std::vector<double> ends(2 * size);
  // Places on the axis, and the rise there.
  std::vector<std::vector<std::pair<double, double>>> curves(2 * size);
  with_progress(2 * size, options, options.profile_progress, [&](std::size_t i) {
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
    ProfileWalk walk(objective, *wider, space, best, e, rise);
    ends[i] = walk.end(step, bound);
    for (const auto& place : walk.places()) curves[i].emplace_back(place.x, place.rise);
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
    auto curve = curves[2 * e];
    curve.emplace_back(best.phi[index], 0.0);
    curve.insert(curve.end(), curves[2 * e + 1].begin(), curves[2 * e + 1].end());
    std::sort(curve.begin(), curve.end());
    for (const auto& [x, risen] : curve) {
      interval.values.push_back(std::clamp(from_axis(c, x), c.lower, c.upper));
      interval.rises.push_back(risen);
    }
    out.push_back(interval);
  }
  return out;
}

}  // namespace isoflop
