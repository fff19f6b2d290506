/// A smooth curve through points that rises or falls only where they do: piecewise cubic Hermite
/// with the slopes of Fritsch and Butland 1984, SIAM J. Sci. Stat. Comput. 5(2), at inner points
///   d_k = (w_1 + w_2) / (w_1 / s_(k-1) + w_2 / s_k),  w_1 = 2 h_k + h_(k-1), w_2 = h_k + 2 h_(k-1)
/// for secants s of one sign, else 0, and one-sided ones, held back, at both ends. Its derivative
/// is continuous; between two points nothing depends on points further than the next.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

namespace isoflop {

class MonotoneCurve {
 public:
  /// x ascending, without repetition, as long as y and not empty.
  MonotoneCurve(std::vector<double> x, std::vector<double> y)
      : x_(std::move(x)), y_(std::move(y)), slope_(x_.size(), 0.0) {
    const std::size_t n = x_.size();
    if (n < 2) return;
    if (n == 2) {
      slope_[0] = slope_[1] = secant(0);
      return;
    }
    for (std::size_t k = 1; k + 1 < n; ++k) slope_[k] = inner_slope(k);
    slope_[0] = end_slope(width(0), width(1), secant(0), secant(1));
    slope_[n - 1] = end_slope(width(n - 2), width(n - 3), secant(n - 2), secant(n - 3));
  }

  double low() const { return x_.front(); }
  double high() const { return x_.back(); }

  /// Precondition: low() <= x <= high().
  double operator()(double x) const {
    if (x_.size() == 1) return y_[0];
    const auto above = std::upper_bound(x_.begin() + 1, x_.end() - 1, x);
    const auto k = static_cast<std::size_t>(above - x_.begin()) - 1;
    const double h = width(k), t = (x - x_[k]) / h, u = 1.0 - t;
    return u * u * ((1.0 + 2.0 * t) * y_[k] + h * t * slope_[k]) +
           t * t * ((1.0 + 2.0 * u) * y_[k + 1] - h * u * slope_[k + 1]);
  }

 private:
  double width(std::size_t k) const { return x_[k + 1] - x_[k]; }
  double secant(std::size_t k) const { return (y_[k + 1] - y_[k]) / width(k); }

  double inner_slope(std::size_t k) const {
    const double before = secant(k - 1), after = secant(k);
    if (!(before * after > 0.0)) return 0.0;
    const double w1 = 2.0 * width(k) + width(k - 1), w2 = width(k) + 2.0 * width(k - 1);
    return (w1 + w2) / (w1 / before + w2 / after);
  }
  /// Of the parabola through three points, but not against the first secant nor beyond three times
  /// it, which would overshoot.
  static double end_slope(double h0, double h1, double s0, double s1) {
    const double d = ((2.0 * h0 + h1) * s0 - h0 * s1) / (h0 + h1);
    if (!(d * s0 > 0.0)) return 0.0;
    return std::abs(d) > 3.0 * std::abs(s0) ? 3.0 * s0 : d;
  }

  std::vector<double> x_, y_, slope_;
};

}  // namespace isoflop
