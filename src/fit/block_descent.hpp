// Descent for refits, which begin near their minimum. Newton steps with the exact Hessian in which
// only the exponents are damped; after each step the scales (Scale::kLog coefficients) are brought
// back to their best by two Newton steps of their own, and only then is the step judged. The
// valleys of scaling laws bend in the exponents and are straight in the scales, so such steps can
// be several times longer than those of minimize(): it is variable projection (Golub, Pereyra
// 1973), with the inner problem solved nearly rather than exactly. From far away minimize() is the
// better choice.
#pragma once

#include "fit/minimizer.hpp"

namespace isoflop {

class BlockDescent {
 public:
  /// Keeps references to objective and space.
  BlockDescent(const Objective& objective, const FreeSpace& space)
      : objective_(objective), space_(space) {}

  Minimum run(const CoefficientVector& begin) const;

 private:
  struct Point {
    CoefficientVector phi, gradient, scale;
    CoefficientMatrix hessian;
    double value;
  };

  Point evaluate(const CoefficientVector& phi) const;
  CoefficientMatrix gauss_newton_at(const CoefficientVector& phi) const;
  CoefficientMatrix damped(CoefficientMatrix matrix, const Point& at,
                           const CoefficientVector& gradient, double damping,
                           bool scales_too) const;
  /// Two Newton steps in the scales alone, unless they promise less than `worth`.
  void improve_scales(Point& point, double worth) const;
  bool is_scale(int i) const { return space_.is_scale[static_cast<std::size_t>(i)]; }

  const Objective& objective_;
  const FreeSpace& space_;
};

}  // namespace isoflop
