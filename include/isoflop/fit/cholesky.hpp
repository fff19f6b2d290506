/// The Cholesky decomposition of a matrix of coefficients. Compiled once: Eigen's is dear to
/// instantiate.
#pragma once

#include <Eigen/Cholesky>

#include "isoflop/fit/objective.hpp"

namespace isoflop {

class Cholesky {
 public:
  Cholesky() = default;
  /// Reads the lower triangle of a symmetric matrix [k x k].
  explicit Cholesky(const CoefficientMatrix& matrix);

  /// Whether the matrix was positive definite. Only then may anything be solved.
  bool succeeded() const { return llt_.info() == Eigen::Success; }

  /// The x with matrix x = right [k].
  CoefficientVector solve(const CoefficientVector& right) const;

  CoefficientMatrix inverse() const;

 private:
  Eigen::LLT<CoefficientMatrix> llt_;
};

}  // namespace isoflop
