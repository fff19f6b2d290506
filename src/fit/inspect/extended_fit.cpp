#include "fit/inspect/extended_fit.hpp"

#include <algorithm>
#include <cmath>

#include "isoflop/linear/dense.hpp"

namespace isoflop::detail {
namespace {

Eigen::VectorXd residuals_of(const AskedRuns& runs, const Eigen::MatrixXd& terms,
                             const ExtendedFit& at) {
  const CoefficientVector theta = runs.space->expand(at.phi);
  Eigen::VectorXd out = terms * at.extra - runs.log_loss;
  for (Eigen::Index i = 0; i < out.size(); ++i) {
    out[i] += runs.law->log_loss(theta, runs.log_x[static_cast<std::size_t>(i)]);
  }
  return out;
}

void fill_jacobian(const AskedRuns& runs, const Eigen::MatrixXd& terms, ExtendedFit& at) {
  const CoefficientVector theta = runs.space->expand(at.phi);
  const Eigen::Index k = runs.space->size();
  at.jacobian.resize(terms.rows(), k + terms.cols());
  at.jacobian.rightCols(terms.cols()) = terms;
  for (Eigen::Index i = 0; i < terms.rows(); ++i) {
    at.jacobian.row(i).head(k) =
        runs.space->reduce(runs.law->gradient(theta, runs.log_x[static_cast<std::size_t>(i)]))
            .transpose();
  }
}

/// Huber's weights about the median size of the residuals.
Eigen::VectorXd weights_of(const Eigen::VectorXd& residuals) {
  std::vector<double> sizes;
  for (const double r : residuals) sizes.push_back(std::abs(r));
  const auto middle = sizes.begin() + static_cast<std::ptrdiff_t>(sizes.size() / 2);
  std::nth_element(sizes.begin(), middle, sizes.end());
  const double bend = std::max(1.345 * 1.4826 * *middle, 1e-12);
  return residuals.unaryExpr(
      [&](double r) { return std::abs(r) <= bend ? 1.0 : bend / std::abs(r); });
}

}  // namespace

ExtendedFit fit_extended(const AskedRuns& runs, const Eigen::MatrixXd& terms,
                         const CoefficientVector& begin, int most_steps) {
  constexpr double kSettled = 1e-5, kMostDamping = 1e8;
  const Eigen::Index k = runs.space->size(), q = terms.cols(), n = terms.rows();
  ExtendedFit at;
  at.phi = begin;
  at.extra = Eigen::VectorXd::Zero(q);
  at.residuals = residuals_of(runs, terms, at);
  double damping = 1e-3;
  for (int step = 0; step < most_steps && damping < kMostDamping; ++step) {
    fill_jacobian(runs, terms, at);
    at.weights = weights_of(at.residuals);
    const double now = at.residuals.cwiseAbs2().dot(at.weights);
    Eigen::MatrixXd squares = weighted_squares(at.jacobian, at.weights);
    const Eigen::VectorXd pulls = at.weights.cwiseProduct(at.residuals);
    Eigen::VectorXd slope = products(at.jacobian, pulls);
    for (Eigen::Index j = 0; j < k; ++j) {
      const bool blocked = (at.phi[j] <= runs.space->lower[j] && slope[j] > 0.0) ||
                           (at.phi[j] >= runs.space->upper[j] && slope[j] < 0.0);
      if (!blocked) continue;
      squares.row(j).setZero();
      squares.col(j).setZero();
      squares(j, j) = 1.0;
      slope[j] = 0.0;
    }
    const Eigen::VectorXd scale = squares.diagonal().array().max(1e-30).matrix();
    bool better = false;
    double gained = 0.0;
    while (!better && damping < kMostDamping) {
      Eigen::MatrixXd damped = squares;
      damped.diagonal() += damping * scale;
      const Eigen::VectorXd move = solve_symmetric(damped, -slope);
      ExtendedFit next = at;
      next.phi = (at.phi + CoefficientVector(move.head(k)))
                     .cwiseMax(runs.space->lower)
                     .cwiseMin(runs.space->upper);
      next.extra += move.tail(q);
      next.residuals = residuals_of(runs, terms, next);
      const double there = next.residuals.cwiseAbs2().dot(at.weights);
      better = there < now;  // false for what is not finite
      damping = better ? std::max(0.2 * damping, 1e-12) : 8.0 * damping;
      if (better) {
        gained = now - there;
        at = std::move(next);
      }
    }
    if (!better || gained < kSettled * now) break;
  }
  fill_jacobian(runs, terms, at);
  at.weights = weights_of(at.residuals);
  at.scatter = std::sqrt(at.residuals.cwiseAbs2().dot(at.weights) /
                         static_cast<double>(std::max<Eigen::Index>(n - k - q, 1)));
  return at;
}

}  // namespace isoflop::detail
