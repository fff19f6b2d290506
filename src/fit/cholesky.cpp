#include "isoflop/fit/cholesky.hpp"

namespace isoflop {

Cholesky::Cholesky(const CoefficientMatrix& matrix) : llt_(matrix) {}

CoefficientVector Cholesky::solve(const CoefficientVector& right) const {
  return llt_.solve(right);
}

CoefficientMatrix Cholesky::inverse() const {
  return llt_.solve(CoefficientMatrix::Identity(llt_.rows(), llt_.cols()));
}

}  // namespace isoflop
