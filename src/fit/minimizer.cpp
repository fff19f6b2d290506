#include "fit/minimizer.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "isoflop/fit/cholesky.hpp"
#include "isoflop/linear/dense.hpp"

namespace isoflop {
namespace {

constexpr double kSwitchToHessian = 0.02;  // relative decrease: the minimum is near
constexpr double kMaxDamping = 1e12;

}  // namespace

CoefficientVector projected_gradient(const FreeSpace& space, const CoefficientVector& phi,
                                     CoefficientVector gradient) {
  for (int i = 0; i < space.size(); ++i) {
    const bool blocked = (phi[i] <= space.lower[i] && gradient[i] > 0.0) ||
                         (phi[i] >= space.upper[i] && gradient[i] < 0.0);
    if (blocked) gradient[i] = 0.0;
  }
  return gradient;
}

CoefficientMatrix loosened(CoefficientMatrix matrix, const CoefficientVector& gradient) {
  for (int i = 0; i < gradient.size(); ++i) {
    if (gradient[i] != 0.0) continue;
    matrix.row(i).setZero();
    matrix.col(i).setZero();
    matrix(i, i) = 1.0;
  }
  return matrix;
}

double promised_decrease(const FreeSpace& space, const CoefficientVector& gradient,
                         const CoefficientMatrix& curvature, const CoefficientVector& step) {
  // Eigen's kernel for products pays from eight coefficients on; it rounds in another order, so
  // that the choice hangs on the law alone.
  constexpr std::size_t kFewestForKernel = 8;
  CoefficientVector bend;
  if (space.theta_size < kFewestForKernel) {
    bend = curvature.lazyProduct(step);
  } else {
    bend = curvature * step;
  }
  return -step.dot(gradient) - 0.5 * step.dot(bend);
}

std::vector<double> loose_eigenvalues(const FreeSpace& space, const CoefficientVector& phi,
                                      const CoefficientMatrix& hessian) {
  std::vector<int> loose;
  for (int i = 0; i < space.size(); ++i) {
    if (phi[i] > space.lower[i] && phi[i] < space.upper[i]) loose.push_back(i);
  }
  if (loose.empty()) return {};
  return symmetric_eigenvalues(hessian(loose, loose));
}

bool is_saddle(const std::vector<double>& eigenvalues) {
  return !eigenvalues.empty() && !(eigenvalues.front() >= -eigenvalues.back() / kSingular);
}

double condition_number(const std::vector<double>& eigenvalues) {
  if (eigenvalues.empty()) return 1.0;
  if (!(eigenvalues.front() > 0.0)) return std::numeric_limits<double>::infinity();
  return eigenvalues.back() / eigenvalues.front();
}

Descent::Descent(const Objective& objective, const FreeSpace& space, const CoefficientVector& phi,
                 const MinimizerOptions& options)
    : objective_(&objective), space_(&space), options_(options), near_(options.warm) {
  if (options.warm) damping_ = 1e-9;
  at_.phi = phi.cwiseMax(space.lower).cwiseMin(space.upper);
}

void Descent::run(int max_iterations) {
  const int last = std::min(max_iterations, options_.max_iterations);
  Derivatives current;
  evaluate(at_.phi, current);
  at_.value = current.value;
  while (!at_.settled && at_.iterations < last && space_->size() > 0) {
    if (step(current)) ++at_.iterations;
  }
}

void Descent::evaluate(const CoefficientVector& phi, Derivatives& out) const {
  objective_->evaluate(space_->expand(phi), near_ ? Order::kSecond : Order::kFirst, out);
}

bool Descent::step(Derivatives& current) {
  const CoefficientVector gradient = space_->reduce(current.gradient);
  const CoefficientVector pg = projected_gradient(*space_, at_.phi, gradient);
  if (pg.isZero(0.0)) {
    at_.settled = true;
    return false;
  }
  const CoefficientMatrix curvature = loosened(space_->reduce_matrix(current.curvature), pg);
  const CoefficientVector diagonal = space_->reduce(current.diagonal);
  CoefficientVector scale = diagonal.cwiseMax(1e-12 * diagonal.maxCoeff() + 1e-300);
  for (int i = 0; i < space_->size(); ++i) {
    if (pg[i] == 0.0) scale[i] = 1.0;
  }

  Derivatives candidate;
  while (damping_ <= kMaxDamping) {
    CoefficientMatrix damped = curvature;
    damped.diagonal() += damping_ * scale;
    const Cholesky cholesky(damped);
    if (!cholesky.succeeded()) {
      damping_ = std::max(4.0 * damping_, 1e-8);
      continue;
    }
    const CoefficientVector step = cholesky.solve(-pg);
    const CoefficientVector next = (at_.phi + step).cwiseMax(space_->lower).cwiseMin(space_->upper);
    const CoefficientVector moved = next - at_.phi;
    const double promised = promised_decrease(*space_, gradient, curvature, moved);
    // Even without the box the promise is at the level of rounding: this is the minimum.
    if (near_ && damping_ <= 1e-6 &&
        -0.5 * step.dot(pg) <= options_.decrease_tolerance * current.value + 1e-300) {
      at_.settled = true;
      return false;
    }
    evaluate(next, candidate);
    const double decrease = current.value - candidate.value;
    if (std::isfinite(candidate.value) && decrease > 0.0) {
      const double gain = promised > 0.0 ? decrease / promised : 0.0;
      damping_ *= gain > 0.75 ? 0.3 : (gain < 0.25 ? 4.0 : 1.0);
      damping_ = std::max(damping_, 1e-15);
      const bool now_near = decrease < kSwitchToHessian * current.value && gain > 0.25;
      at_.phi = next;
      at_.value = candidate.value;
      current = candidate;
      if (now_near && !near_) {
        near_ = true;
        evaluate(at_.phi, current);
      }
      return true;
    }
    if (moved.lpNorm<Eigen::Infinity>() <= 1e-15 * (1.0 + at_.phi.lpNorm<Eigen::Infinity>())) break;
    damping_ = std::max(8.0 * damping_, 1e-10);
  }
  // No step descends: either the minimum to rounding, or Gauss-Newton has nothing left.
  if (near_) {
    at_.settled = true;
    return false;
  }
  near_ = true;
  damping_ = 1e-3;
  evaluate(at_.phi, current);
  return true;
}

Minimum minimize(const Objective& objective, const FreeSpace& space, const CoefficientVector& phi,
                 const MinimizerOptions& options) {
  Descent descent(objective, space, phi, options);
  descent.run(options.max_iterations);
  return descent.minimum();
}

Derivatives sharpen(const Objective& objective, const FreeSpace& space, Minimum& minimum,
                    Damping damping) {
  constexpr int kMaxSteps = 10;
  constexpr std::array kShares{1e-14, 1e-12, 1e-10, 1e-8};  // of the largest curvature
  Derivatives at = objective.second_order(space.expand(minimum.phi));
  auto gradient = projected_gradient(space, minimum.phi, space.reduce(at.gradient));
  // What rounding leaves of a gradient, at its best.
  const double rounding = 1e-16 * static_cast<double>(objective.num_runs());
  const auto step = [&](double share) {
    CoefficientMatrix curvature = loosened(space.reduce_matrix(at.curvature), gradient);
    curvature.diagonal().array() += share * curvature.diagonal().maxCoeff();
    const Cholesky cholesky(curvature);
    if (!cholesky.succeeded()) return false;
    const CoefficientVector next =
        (minimum.phi - cholesky.solve(gradient)).cwiseMax(space.lower).cwiseMin(space.upper);
    const auto candidate = objective.second_order(space.expand(next));
    const auto next_gradient = projected_gradient(space, next, space.reduce(candidate.gradient));
    const bool no_worse = candidate.value <= minimum.value * (1.0 + 1e-9);
    if (!no_worse ||
        !(next_gradient.lpNorm<Eigen::Infinity>() < gradient.lpNorm<Eigen::Infinity>())) {
      return false;
    }
    minimum.phi = next;
    minimum.value = candidate.value;
    at = candidate;
    gradient = next_gradient;
    return true;
  };
  for (int i = 0; i < kMaxSteps && space.size() > 0; ++i) {
    const double size = gradient.lpNorm<Eigen::Infinity>();
    if (size <= rounding) break;
    if (step(0.0)) continue;
    const bool is_zero = size <= gradient_limit(minimum.value, objective.num_runs());
    if (damping == Damping::kNone || is_zero ||
        std::none_of(kShares.begin(), kShares.end(), step)) {
      break;
    }
  }
  return at;
}

}  // namespace isoflop
