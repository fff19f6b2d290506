/// Descent for refits, which begin near their minimum. Newton steps with the exact Hessian in which
/// only the exponents are damped; after each step the scales (Scale::kLog coefficients) are brought
/// back to their best by two Newton steps of their own, and only then is the step judged. The
/// valleys of scaling laws bend in the exponents and are straight in the scales, so such steps can
/// be several times longer than those of minimize(): it is variable projection (Golub, Pereyra
/// 1973), with the inner problem solved nearly rather than exactly. From far away minimize() is the
/// better choice.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <Eigen/Cholesky>

#include "isoflop/fit/minimizer.hpp"

namespace isoflop {

template <Law L>
class BlockDescent {
 public:
  static constexpr std::size_t kP = kNumCoefficients<L>;
  using Space = FreeSpace<kP>;
  using Small = typename Space::Small;
  using SmallMatrix = typename Space::SmallMatrix;

  BlockDescent(const ColumnObjective<L>& objective, const Space& space)
      : objective_(objective), space_(space) {
    for (std::size_t p = 0; p < kP; ++p) {
      if (space.entry[p] < 0) continue;
      is_scale_[static_cast<std::size_t>(space.entry[p])] =
          coefficients_of(objective.law())[p].scale == Scale::kLog;
    }
  }

  Minimum<kP> run(const Small& begin) const {
    constexpr int kMostIterations = 200;
    constexpr double kMaxDamping = 1e12, kDecreaseTolerance = 1e-13;
    constexpr int kRejectionsBeforeGaussNewton = 3;
    Minimum<kP> out;
    Point current = evaluate(begin.cwiseMax(space_.lower).cwiseMin(space_.upper));
    improve_scales(current, 1e-6 * current.value);
    double damping = 1e-6;
    for (; out.iterations < kMostIterations && !out.settled; ++out.iterations) {
      const Small gradient = projected_gradient(space_, current.phi, current.gradient);
      if (gradient.isZero(0.0)) {
        out.settled = true;
        break;
      }
      int rejections = 0;
      bool accepted = false;
      while (!accepted && damping < kMaxDamping) {
        bool gauss_newton = rejections >= kRejectionsBeforeGaussNewton;
        SmallMatrix curvature;
        Eigen::LLT<SmallMatrix> cholesky;
        if (!gauss_newton) {
          curvature = loosened(current.hessian, gradient);
          cholesky.compute(damped(curvature, current, gradient, damping, false));
          gauss_newton = cholesky.info() != Eigen::Success;
        }
        if (gauss_newton) {
          curvature = loosened(gauss_newton_at(current.phi), gradient);
          cholesky.compute(damped(curvature, current, gradient, damping, true));
          if (cholesky.info() != Eigen::Success) {
            damping = std::max(4.0 * damping, 1e-6);
            continue;
          }
        }
        const Small step = cholesky.solve(-gradient);
        const Small next = (current.phi + step).cwiseMax(space_.lower).cwiseMin(space_.upper);
        const Small moved = next - current.phi;
        const double promised = -moved.dot(current.gradient) - 0.5 * moved.dot(curvature * moved);
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
        if (moved.cwiseAbs().maxCoeff() <= 1e-15 * (1.0 + current.phi.cwiseAbs().maxCoeff())) break;
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

 private:
  struct Point {
    Small phi, gradient, scale;
    SmallMatrix hessian;
    double value;
  };

  Point evaluate(const Small& phi) const {
    const auto at = objective_.template evaluate<2>(space_.expand(phi));
    Point out{phi, space_.reduce(at.gradient), space_.reduce(at.diagonal),
              space_.reduce_matrix(at.hessian), at.value};
    out.scale = out.scale.cwiseMax(1e-12 * out.scale.maxCoeff() + 1e-300);
    return out;
  }

  SmallMatrix gauss_newton_at(const Small& phi) const {
    return space_.reduce_matrix(objective_.template evaluate<1>(space_.expand(phi)).gauss_newton);
  }

  /// The matrix without the directions in which the projected gradient is zero.
  SmallMatrix loosened(SmallMatrix matrix, const Small& gradient) const {
    for (int i = 0; i < space_.size(); ++i) {
      if (gradient[i] != 0.0) continue;
      matrix.row(i).setZero();
      matrix.col(i).setZero();
      matrix(i, i) = 1.0;
    }
    return matrix;
  }

  SmallMatrix damped(SmallMatrix matrix, const Point& at, const Small& gradient, double damping,
                     bool scales_too) const {
    constexpr double kOnScales = 1e-3;
    for (int i = 0; i < space_.size(); ++i) {
      if (gradient[i] == 0.0) continue;
      const bool light = is_scale_[static_cast<std::size_t>(i)] && !scales_too;
      matrix(i, i) += at.scale[i] * (light ? kOnScales * std::min(damping, 1.0) : damping);
    }
    return matrix;
  }

  /// Two Newton steps in the scales alone, unless they promise less than `worth`.
  void improve_scales(Point& point, double worth) const {
    bool gauss_newton = false;
    double damping = 0.0;
    for (int tries = 0, steps = 0; steps < 2 && tries < 8; ++tries) {
      Small gradient = projected_gradient(space_, point.phi, point.gradient);
      for (int i = 0; i < space_.size(); ++i) {
        if (!is_scale_[static_cast<std::size_t>(i)]) gradient[i] = 0.0;
      }
      if (gradient.isZero(0.0)) return;
      SmallMatrix matrix =
          loosened(gauss_newton ? gauss_newton_at(point.phi) : point.hessian, gradient);
      const Eigen::LLT<SmallMatrix> cholesky(damped(matrix, point, gradient, damping, true));
      if (cholesky.info() != Eigen::Success) {
        damping = gauss_newton ? std::max(4.0 * damping, 1e-8) : 1e-3;
        gauss_newton = true;
        continue;
      }
      const Small step = cholesky.solve(-gradient);
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

  const ColumnObjective<L>& objective_;
  const Space& space_;
  std::array<bool, kP> is_scale_{};
};

}  // namespace isoflop
