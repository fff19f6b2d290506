#include "fit/block_descent.hpp"

#include <algorithm>
#include <cmath>

#include "isoflop/fit/cholesky.hpp"

namespace isoflop {

Minimum BlockDescent::run(const CoefficientVector& begin) const {
  constexpr int kMostIterations = 200;
  constexpr double kMaxDamping = 1e12, kDecreaseTolerance = 1e-13;
  constexpr int kRejectionsBeforeGaussNewton = 3;
  Minimum out;
  Point current = evaluate(begin.cwiseMax(space_.lower).cwiseMin(space_.upper));
  improve_scales(current, 1e-6 * current.value);
  double damping = 1e-6;
  for (; out.iterations < kMostIterations && !out.settled; ++out.iterations) {
    const CoefficientVector gradient = projected_gradient(space_, current.phi, current.gradient);
    if (gradient.isZero(0.0)) {
      out.settled = true;
      break;
    }
    int rejections = 0;
    bool accepted = false;
    while (!accepted && damping < kMaxDamping) {
      bool gauss_newton = rejections >= kRejectionsBeforeGaussNewton;
      CoefficientMatrix curvature;
      Cholesky cholesky;
      if (!gauss_newton) {
        curvature = loosened(current.hessian, gradient);
        cholesky = Cholesky(damped(curvature, current, gradient, damping, false));
        gauss_newton = !cholesky.succeeded();
      }
      if (gauss_newton) {
        curvature = loosened(gauss_newton_at(current.phi), gradient);
        cholesky = Cholesky(damped(curvature, current, gradient, damping, true));
        if (!cholesky.succeeded()) {
          damping = std::max(4.0 * damping, 1e-6);
          continue;
        }
      }
      const CoefficientVector step = cholesky.solve(-gradient);
      const CoefficientVector next =
          (current.phi + step).cwiseMax(space_.lower).cwiseMin(space_.upper);
      const CoefficientVector moved = next - current.phi;
      const double promised = promised_decrease(space_, current.gradient, curvature, moved);
      if (damping <= 1e-6 &&
          -0.5 * step.dot(gradient) <= kDecreaseTolerance * current.value + 1e-300) {
        out.settled = true;
        break;
      }
      Point candidate = evaluate(next);
      if (std::isfinite(candidate.value)) {
        improve_scales(candidate, std::max(0.05 * std::abs(promised), 1e-14 * current.value));
      }
      const double decrease = current.value - candidate.value;
      if (decrease > 0.0) {
        const double gain = promised > 0.0 ? decrease / promised : 0.0;
        damping *= gain > 0.75 ? 0.3 : (gain < 0.25 ? 3.0 : 0.7);
        damping = std::max(damping, 1e-15);
        current = candidate;
        accepted = true;
        continue;
      }
      if (moved.lpNorm<Eigen::Infinity>() <= 1e-15 * (1.0 + current.phi.lpNorm<Eigen::Infinity>()))
        break;
      damping = std::max(4.0 * damping, 1e-10);
      if (++rejections == kRejectionsBeforeGaussNewton) damping = std::max(damping / 64.0, 1e-3);
    }
    // No step descends: the minimum to rounding.
    if (!accepted) out.settled = true;
  }
  out.phi = current.phi;
  out.value = current.value;
  return out;
}

BlockDescent::Point BlockDescent::evaluate(const CoefficientVector& phi) const {
  const Derivatives at = objective_.second_order(space_.expand(phi));
  Point out{phi, space_.reduce(at.gradient), space_.reduce(at.diagonal),
            space_.reduce_matrix(at.curvature), at.value};
  // Of no coefficient that moves there is no largest.
  if (out.scale.size() > 0) {
    out.scale = out.scale.cwiseMax(1e-12 * out.scale.maxCoeff() + 1e-300);
  }
  return out;
}

CoefficientMatrix BlockDescent::gauss_newton_at(const CoefficientVector& phi) const {
  return space_.reduce_matrix(objective_.first_order(space_.expand(phi)).curvature);
}

CoefficientMatrix BlockDescent::damped(CoefficientMatrix matrix, const Point& at,
                                       const CoefficientVector& gradient, double damping,
                                       bool scales_too) const {
  constexpr double kOnScales = 1e-3;
  for (int i = 0; i < space_.size(); ++i) {
    if (gradient[i] == 0.0) continue;
    const bool light = is_scale(i) && !scales_too;
    matrix(i, i) += at.scale[i] * (light ? kOnScales * std::min(damping, 1.0) : damping);
  }
  return matrix;
}

void BlockDescent::improve_scales(Point& point, double worth) const {
  bool gauss_newton = false;
  double damping = 0.0;
  for (int tries = 0, steps = 0; steps < 2 && tries < 8; ++tries) {
    CoefficientVector gradient = projected_gradient(space_, point.phi, point.gradient);
    for (int i = 0; i < space_.size(); ++i) {
      if (!is_scale(i)) gradient[i] = 0.0;
    }
    if (gradient.isZero(0.0)) return;
    CoefficientMatrix matrix =
        loosened(gauss_newton ? gauss_newton_at(point.phi) : point.hessian, gradient);
    const Cholesky cholesky(damped(matrix, point, gradient, damping, true));
    if (!cholesky.succeeded()) {
      damping = gauss_newton ? std::max(4.0 * damping, 1e-8) : 1e-3;
      gauss_newton = true;
      continue;
    }
    const CoefficientVector step = cholesky.solve(-gradient);
    if (-step.dot(gradient) <= worth) return;
    Point next = evaluate((point.phi + step).cwiseMax(space_.lower).cwiseMin(space_.upper));
    ++steps;
    if (next.value < point.value) {
      point = next;
      damping *= 0.1;
    } else {
      damping = gauss_newton ? std::max(10.0 * damping, 1e-6) : 1e-2;
      gauss_newton = true;
    }
  }
}

}  // namespace isoflop
