/// A parabola through runs of one budget, and how well it says where its vertex is:
///   y = p (x - centre)^2 + q (x - centre) + r,   vertex centre - q / 2p,   minimum r - q^2 / 4p
/// by weighted least squares, or with the Huber loss by repeated weighting. The interval of the
/// vertex is Fieller's for a ratio of two estimates (Fieller 1954, J. R. Stat. Soc. B 16(2)) with
/// Student's t: exact for normal noise of one size about a true parabola.
#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "isoflop/core/interval.hpp"

namespace isoflop {

struct Parabola {
  double centre = 0.0, p = 0.0, q = 0.0, r = 0.0;

  double at(double x) const { return (p * (x - centre) + q) * (x - centre) + r; }
  /// Both mean something only where convex() holds.
  double vertex() const { return centre - q / (2.0 * p); }
  double minimum() const { return r - q * q / (4.0 * p); }
  bool convex() const { return p > 0.0; }
};

struct ParabolaFit {
  Parabola parabola;
  std::vector<double> weight;    ///< [n] as used, those of the Huber loss included
  std::vector<double> residual;  ///< [n] y - fitted
  std::vector<double> leverage;  ///< [n] in [0, 1]
  /// [n] how p, q and r move with each y: they are linear in y at these weights.
  std::vector<std::array<double, 3>> influence;
  double variance = std::numeric_limits<double>::quiet_NaN();  ///< of a y of weight 1
  std::size_t degrees = 0;         ///< n - 3, runs of weight zero not counted
  std::array<double, 3> spread{};  ///< var p, cov(p, q), var q, each over `variance`
};

/// How many different values a parabola needs.
inline constexpr std::size_t kFewestSizes = 3;

/// x, y [n], weights [n] >= 0 or empty. huber_delta > 0 in the unit of y; infinity is least
/// squares. Requires three different x of positive weight; throws InvalidArgument where there are
/// fewer.
ParabolaFit fit_parabola(std::span<const double> x, std::span<const double> y,
                         std::span<const double> weight = {},
                         double huber_delta = std::numeric_limits<double>::infinity());

/// Of the vertex. Unbounded ends are infinite: the runs do not even say at this level that there is
/// a minimum. NaN without a degree of freedom.
Interval vertex_interval(const ParabolaFit& fit, double level = 0.95);

}  // namespace isoflop
