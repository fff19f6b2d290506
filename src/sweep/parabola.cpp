#include "isoflop/sweep/parabola.hpp"

#include <algorithm>
#include <cmath>
#include <Eigen/LU>

#include "isoflop/core/student_quantile.hpp"
#include "isoflop/error.hpp"

namespace isoflop {
namespace {

std::size_t num_different(std::span<const double> x, std::span<const double> weight) {
  std::vector<double> seen;
  for (std::size_t i = 0; i < x.size() && seen.size() < kFewestSizes; ++i) {
    const bool counts = weight.empty() || weight[i] > 0.0;
    if (counts && std::find(seen.begin(), seen.end(), x[i]) == seen.end()) seen.push_back(x[i]);
  }
  return seen.size();
}

/// The parabola at these weights, with everything but the variance.
ParabolaFit solve(std::span<const double> x, std::span<const double> y,
                  std::vector<double> weight) {
  const std::size_t n = x.size();
  ParabolaFit out;
  const auto [low, high] = std::minmax_element(x.begin(), x.end());
  const double centre = 0.5 * (*low + *high);
  // On [-1, 1] the three columns are of one size.
  const double scale = 0.5 * (*high - *low);
  Eigen::Matrix3d normal = Eigen::Matrix3d::Zero();
  Eigen::Vector3d right = Eigen::Vector3d::Zero();
  auto row = [&](std::size_t i) {
    const double u = (x[i] - centre) / scale;
    return Eigen::Vector3d(u * u, u, 1.0);
  };
  for (std::size_t i = 0; i < n; ++i) {
    const Eigen::Vector3d v = row(i);
    normal += weight[i] * v * v.transpose();
    right += weight[i] * y[i] * v;
  }
  const Eigen::Matrix3d inverse = normal.inverse();
  const Eigen::Vector3d at = inverse * right;
  const std::array<double, 3> unit{1.0 / (scale * scale), 1.0 / scale, 1.0};
  out.parabola = {centre, at[0] * unit[0], at[1] * unit[1], at[2]};
  out.spread = {inverse(0, 0) * unit[0] * unit[0], inverse(0, 1) * unit[0] * unit[1],
                inverse(1, 1) * unit[1] * unit[1]};
  out.residual.reserve(n), out.leverage.reserve(n), out.influence.reserve(n);
  for (std::size_t i = 0; i < n; ++i) {
    const Eigen::Vector3d v = row(i), moved = weight[i] * (inverse * v);
    out.residual.push_back(y[i] - v.dot(at));
    out.leverage.push_back(std::clamp(v.dot(moved), 0.0, 1.0));
    out.influence.push_back({moved[0] * unit[0], moved[1] * unit[1], moved[2]});
    if (weight[i] > 0.0) ++out.degrees;
  }
  out.degrees -= std::min(out.degrees, kFewestSizes);
  out.weight = std::move(weight);
  return out;
}

}  // namespace

ParabolaFit fit_parabola(std::span<const double> x, std::span<const double> y,
                         std::span<const double> weight, double huber_delta) {
  if (num_different(x, weight) < kFewestSizes) {
    throw InvalidArgument("a parabola needs three different sizes");
  }
  if (!(huber_delta > 0.0)) throw InvalidArgument("huber_delta", "a Huber delta must be > 0");
  std::vector<double> given(weight.begin(), weight.end());
  if (given.empty()) given.assign(x.size(), 1.0);
  ParabolaFit out = solve(x, y, given);
  constexpr int kMostRounds = 200;
  for (int round = 0; round < kMostRounds && huber_delta < std::numeric_limits<double>::infinity();
       ++round) {
    const double before = out.parabola.vertex();
    std::vector<double> robust = given;
    for (std::size_t i = 0; i < robust.size(); ++i) {
      robust[i] *= std::min(1.0, huber_delta / std::max(std::abs(out.residual[i]), 1e-300));
    }
    out = solve(x, y, std::move(robust));
    if (std::abs(out.parabola.vertex() - before) <= 1e-12 * (1.0 + std::abs(before))) break;
  }
  if (out.degrees > 0) {
    double sum = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      sum += out.weight[i] * out.residual[i] * out.residual[i];
    }
    out.variance = sum / static_cast<double>(out.degrees);
  }
  return out;
}

Interval vertex_interval(const ParabolaFit& fit, double level) {
  if (fit.degrees == 0) {
    const double nan = std::numeric_limits<double>::quiet_NaN();
    return {nan, nan};
  }
  const auto& [centre, p, q, r] = fit.parabola;
  const double t = student_quantile(0.5 + 0.5 * level, fit.degrees);
  const double k = t * t * fit.variance;
  // The z = x - centre with (2 p z + q)^2 <= t^2 var(2 p z + q), a z^2 + 2 b z + c <= 0.
  const double a = 4.0 * (p * p - k * fit.spread[0]);
  const double b = 2.0 * (p * q - k * fit.spread[1]);
  const double c = q * q - k * fit.spread[2];
  const double root = b * b - a * c;
  if (!(a > 0.0) || root < 0.0)
    return {-std::numeric_limits<double>::infinity(), std::numeric_limits<double>::infinity()};
  return {centre + (-b - std::sqrt(root)) / a, centre + (-b + std::sqrt(root)) / a};
}

}  // namespace isoflop
