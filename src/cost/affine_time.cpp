#include "isoflop/cost/affine_time.hpp"

#include <array>
#include <cstddef>
#include <Eigen/Core>

#include "isoflop/linear/dense.hpp"

namespace isoflop {
namespace {

constexpr int kColumns = 5;
/// Below this share of the largest a difference is rounding: columns that agree to it are one, and
/// a subset has to fit better by more. Layers of one size make columns that are multiples of each
/// other, between which rounding would choose; beyond these layers the choices differ much.
constexpr double kRounding = 1e-9;
using Triangle = Eigen::Matrix<double, kColumns + 1, kColumns + 1>;
using Coefficients = Eigen::Matrix<double, kColumns, 1>;

/// What a least-squares problem is about: R of the QR decomposition of [columns, 1], where row i
/// is (1, F, W, A, products)_i / t_i in units in which the largest entry of every column is 1.
Triangle reduced(std::span<const TimedWork> data, Coefficients& unit) {
  const auto rows = static_cast<Eigen::Index>(data.size());
  Eigen::MatrixXd a =
      Eigen::MatrixXd::Zero(std::max<Eigen::Index>(rows, kColumns + 1), kColumns + 1);
  for (Eigen::Index i = 0; i < rows; ++i) {
    const TimedWork& x = data[static_cast<std::size_t>(i)];
    a.row(i) << 1.0 / x.time_s, x.work.padded_flops / x.time_s, x.work.weight_bytes / x.time_s,
        x.work.activation_bytes / x.time_s, x.work.products / x.time_s, 1.0;
  }
  unit = a.leftCols<kColumns>().colwise().maxCoeff().transpose();
  for (int c = 0; c < kColumns; ++c) {
    if (unit[c] > 0.0) a.col(c) /= unit[c];
  }
  return triangular_factor(a);
}

}  // namespace

AffineTime fit_affine_time(std::span<const TimedWork> data) {
  if (data.empty()) return {};
  Coefficients unit;
  const Triangle r = reduced(data, unit);
  const Eigen::Matrix<double, kColumns + 1, 1> wanted = r.col(kColumns);
  Coefficients best = Coefficients::Zero();
  double least = wanted.squaredNorm();
  for (unsigned subset = 1; subset < (1u << kColumns); ++subset) {
    std::array<int, kColumns> chosen{};
    int count = 0;
    for (int c = 0; c < kColumns; ++c) {
      if ((subset >> c & 1u) != 0) chosen[static_cast<std::size_t>(count++)] = c;
    }
    Eigen::MatrixXd columns(kColumns + 1, count);
    for (int c = 0; c < count; ++c) columns.col(c) = r.col(chosen[static_cast<std::size_t>(c)]);
    const Eigen::VectorXd x = least_squares(columns, wanted, kRounding);
    if (x.size() == 0) continue;  // a smaller subset does as well
    if (!(x.minCoeff() >= 0.0)) continue;
    const double residual = (columns.lazyProduct(x) - wanted).squaredNorm();
    if (!(residual < least - kRounding * wanted.squaredNorm())) continue;
    least = residual;
    best.setZero();
    for (int c = 0; c < count; ++c) best[chosen[static_cast<std::size_t>(c)]] = x[c];
  }
  auto coefficient = [&](int c) { return unit[c] > 0.0 ? best[c] / unit[c] : 0.0; };
  return {coefficient(0), coefficient(1), coefficient(2), coefficient(3), coefficient(4)};
}

}  // namespace isoflop
