/// Minimises a ColumnObjective over the free directions of its coefficients, inside a box.
/// Damped Newton steps (Levenberg 1944, Marquardt 1963): far away with the reweighted Gauss-Newton
/// matrix, which keeps descending where the Hessian is indefinite; near the minimum with the exact
/// Hessian, because a robust loss leaves Gauss-Newton only linearly convergent there.
#pragma once

#include <algorithm>
#include <cmath>
#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <limits>
#include <vector>

#include "isoflop/fit/column_objective.hpp"
#include "isoflop/fit/free_space.hpp"
#include "isoflop/fit/symmetric_eigenvalues.hpp"

namespace isoflop {

struct MinimizerOptions {
  int max_iterations = 400;
  /// Stop when the decrease that Newton's method still promises is below this share of the
  /// objective.
  double decrease_tolerance = 1e-13;
  /// The beginning is close to a minimum: use the exact Hessian at once and hardly any damping.
  bool warm = false;
};

template <std::size_t P>
struct Minimum {
  typename FreeSpace<P>::Small phi;
  double value = std::numeric_limits<double>::infinity();
  int iterations = 0;
  bool settled = false;  ///< the stopping test was met, rather than the iteration limit
};

/// The gradient with the directions removed that a bound blocks: zero exactly at a minimum of the
/// box-constrained problem.
template <std::size_t P>
typename FreeSpace<P>::Small projected_gradient(const FreeSpace<P>& space,
                                                const typename FreeSpace<P>::Small& phi,
                                                typename FreeSpace<P>::Small gradient) {
  for (int i = 0; i < space.size(); ++i) {
    const bool blocked = (phi[i] <= space.lower[i] && gradient[i] > 0.0) ||
                         (phi[i] >= space.upper[i] && gradient[i] < 0.0);
    if (blocked) gradient[i] = 0.0;
  }
  return gradient;
}

/// The projected gradient is that of a sum of runs: it is called zero below this share of the
/// objective plus what rounding leaves of each run's residual (about 1e-15 times a derivative).
inline double gradient_limit(double objective, std::size_t num_runs) {
  return 1e-6 * objective + 1e-13 * static_cast<double>(num_runs);
}

/// Eigenvalues of the Hessian over the directions that no bound holds, smallest first.
template <std::size_t P>
std::vector<double> loose_eigenvalues(const FreeSpace<P>& space,
                                      const typename FreeSpace<P>::Small& phi,
                                      const typename FreeSpace<P>::SmallMatrix& hessian) {
  std::vector<int> loose;
  for (int i = 0; i < space.size(); ++i) {
    if (phi[i] > space.lower[i] && phi[i] < space.upper[i]) loose.push_back(i);
  }
  if (loose.empty()) return {};
  return symmetric_eigenvalues(hessian(loose, loose));
}

/// Ratio of the largest to the smallest of them; infinite where the Hessian is not positive
/// definite, 1 where every direction is held.
inline double condition_number(const std::vector<double>& eigenvalues) {
  if (eigenvalues.empty()) return 1.0;
  if (!(eigenvalues.front() > 0.0)) return std::numeric_limits<double>::infinity();
  return eigenvalues.back() / eigenvalues.front();
}

/// One descent, which may be interrupted and taken up again: what it does in 12 iterations and then
/// in the rest is what it does in one go.
template <Law L>
class Descent {
 public:
  static constexpr std::size_t kP = kNumCoefficients<L>;
  using Space = FreeSpace<kP>;
  using Small = typename Space::Small;
  using SmallMatrix = typename Space::SmallMatrix;

  /// Keeps references to objective and space.
  Descent(const ColumnObjective<L>& objective, const Space& space, const Small& phi,
          const MinimizerOptions& options = {})
      : objective_(&objective), space_(&space), options_(options), near_(options.warm) {
    if (options.warm) damping_ = 1e-9;
    at_.phi = phi.cwiseMax(space.lower).cwiseMin(space.upper);
  }

  /// Where it is; the value is known after run().
  const Minimum<kP>& minimum() const { return at_; }

  /// Goes on until it settles or has done max_iterations in all.
  void run(int max_iterations) {
    const int last = std::min(max_iterations, options_.max_iterations);
    Derivatives current = evaluate(at_.phi);
    at_.value = current.value;
    while (!at_.settled && at_.iterations < last && space_->size() > 0) {
      if (step(current)) ++at_.iterations;
    }
  }

 private:
  static constexpr double kSwitchToHessian = 0.02;  // relative decrease: the minimum is near
  static constexpr double kMaxDamping = 1e12;
  using Derivatives = typename ColumnObjective<L>::Derivatives;

  Derivatives evaluate(const Small& phi) const {
    const auto theta = space_->expand(phi);
    return near_ ? objective_->template evaluate<2>(theta)
                 : objective_->template evaluate<1>(theta);
  }

  /// One iteration; false if it found the descent settled instead.
  bool step(Derivatives& current) {
    const int k = space_->size();
    const Small gradient = space_->reduce(current.gradient);
    const Small pg = projected_gradient(*space_, at_.phi, gradient);
    if (pg.isZero(0.0)) {
      at_.settled = true;
      return false;
    }
    SmallMatrix curvature = space_->reduce_matrix(near_ ? current.hessian : current.gauss_newton);
    const Small diagonal = space_->reduce(current.diagonal);
    Small scale = diagonal.cwiseMax(1e-12 * diagonal.maxCoeff() + 1e-300);
    // A blocked direction is taken out: its row and column become the identity's.
    for (int i = 0; i < k; ++i) {
      if (pg[i] != 0.0) continue;
      curvature.row(i).setZero();
      curvature.col(i).setZero();
      curvature(i, i) = 1.0;
      scale[i] = 1.0;
    }

    while (damping_ <= kMaxDamping) {
      SmallMatrix damped = curvature;
      damped.diagonal() += damping_ * scale;
      const Eigen::LLT<SmallMatrix> cholesky(damped);
      if (cholesky.info() != Eigen::Success) {
        damping_ = std::max(4.0 * damping_, 1e-8);
        continue;
      }
      const Small step = cholesky.solve(-pg);
      const Small next = (at_.phi + step).cwiseMax(space_->lower).cwiseMin(space_->upper);
      const Small moved = next - at_.phi;
      const double promised = -moved.dot(gradient) - 0.5 * moved.dot(curvature * moved);
      // Even without the box the promise is at the level of rounding: this is the minimum.
      if (near_ && damping_ <= 1e-6 &&
          -0.5 * step.dot(pg) <= options_.decrease_tolerance * current.value + 1e-300) {
        at_.settled = true;
        return false;
      }
      const Derivatives candidate = evaluate(next);
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
          current = evaluate(at_.phi);
        }
        return true;
      }
      if (moved.cwiseAbs().maxCoeff() <= 1e-15 * (1.0 + at_.phi.cwiseAbs().maxCoeff())) break;
      damping_ = std::max(8.0 * damping_, 1e-10);
    }
    // No step descends: either the minimum to rounding, or Gauss-Newton has nothing left.
    if (near_) {
      at_.settled = true;
      return false;
    }
    near_ = true;
    damping_ = 1e-3;
    current = evaluate(at_.phi);
    return true;
  }

  const ColumnObjective<L>* objective_;
  const Space* space_;
  MinimizerOptions options_;
  Minimum<kP> at_;
  double damping_ = 1e-2;
  bool near_;
};

template <Law L>
Minimum<kNumCoefficients<L>> minimize(const ColumnObjective<L>& objective,
                                      const FreeSpace<kNumCoefficients<L>>& space,
                                      const typename FreeSpace<kNumCoefficients<L>>::Small& phi,
                                      const MinimizerOptions& options = {}) {
  Descent<L> descent(objective, space, phi, options);
  descent.run(options.max_iterations);
  return descent.minimum();
}

/// Takes the gradient of a settled minimum to rounding with plain Newton steps. By then the
/// objective itself has stopped changing in its last digit, so steps are judged by the gradient.
/// Returns the derivatives where it ends.
template <Law L>
typename ColumnObjective<L>::Derivatives sharpen(const ColumnObjective<L>& objective,
                                                 const FreeSpace<kNumCoefficients<L>>& space,
                                                 Minimum<kNumCoefficients<L>>& minimum) {
  constexpr std::size_t kP = kNumCoefficients<L>;
  using Space = FreeSpace<kP>;
  constexpr int kMaxSteps = 10;
  auto at = objective.template evaluate<2>(space.expand(minimum.phi));
  auto gradient = projected_gradient(space, minimum.phi, space.reduce(at.gradient));
  // What rounding leaves of a gradient, at its best.
  const double rounding = 1e-16 * static_cast<double>(objective.num_runs());
  for (int step = 0; step < kMaxSteps && space.size() > 0; ++step) {
    if (gradient.cwiseAbs().maxCoeff() <= rounding) break;
    typename Space::SmallMatrix curvature = space.reduce_matrix(at.hessian);
    for (int i = 0; i < space.size(); ++i) {
      if (gradient[i] != 0.0) continue;  // held by a bound
      curvature.row(i).setZero();
      curvature.col(i).setZero();
      curvature(i, i) = 1.0;
    }
    const Eigen::LLT<typename Space::SmallMatrix> cholesky(curvature);
    if (cholesky.info() != Eigen::Success) break;
    const typename Space::Small next =
        (minimum.phi - cholesky.solve(gradient)).cwiseMax(space.lower).cwiseMin(space.upper);
    const auto candidate = objective.template evaluate<2>(space.expand(next));
    const auto next_gradient = projected_gradient(space, next, space.reduce(candidate.gradient));
    const bool no_worse = candidate.value <= minimum.value * (1.0 + 1e-9);
    if (!no_worse || !(next_gradient.cwiseAbs().maxCoeff() < gradient.cwiseAbs().maxCoeff())) break;
    minimum.phi = next;
    minimum.value = candidate.value;
    at = candidate;
    gradient = next_gradient;
  }
  return at;
}

}  // namespace isoflop
