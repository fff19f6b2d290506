#include "isoflop/linear/dense.hpp"

#include <algorithm>
#include <Eigen/Cholesky>
#include <Eigen/Eigenvalues>
#include <Eigen/QR>
#include <Eigen/SVD>
#include <utility>

namespace isoflop {
namespace {

constexpr Eigen::Index kRowsAtOnce = 1024;  // dense.hpp says why

}  // namespace

Eigen::MatrixXd triangular_factor(const Eigen::MatrixXd& matrix) {
  const Eigen::Index k = matrix.cols();
  Eigen::MatrixXd factor(0, k);
  for (Eigen::Index begin = 0; begin < matrix.rows(); begin += kRowsAtOnce) {
    const Eigen::Index count = std::min(kRowsAtOnce, matrix.rows() - begin);
    Eigen::MatrixXd stacked(factor.rows() + count, k);
    stacked << factor, matrix.middleRows(begin, count);
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr(stacked);
    factor = qr.matrixQR().topRows(std::min(k, stacked.rows())).triangularView<Eigen::Upper>();
  }
  return factor;
}

Eigen::MatrixXd orthonormal_basis(Eigen::MatrixXd matrix) {
  // Once more: what rounding leaves of R's condition in the first basis, the second has no more.
  for (int time = 0; time < 2; ++time) {
    const Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr(triangular_factor(matrix));
    const Eigen::Index rank = qr.rank();
    const Eigen::MatrixXd inverse = qr.matrixQR()
                                        .topLeftCorner(rank, rank)
                                        .triangularView<Eigen::Upper>()
                                        .solve(Eigen::MatrixXd::Identity(rank, rank));
    const Eigen::MatrixXd map =
        (qr.colsPermutation() * Eigen::MatrixXd::Identity(matrix.cols(), rank)) * inverse;
    Eigen::MatrixXd basis(matrix.rows(), rank);
    for (Eigen::Index i = 0; i < matrix.rows(); ++i)
      basis.row(i).noalias() = matrix.row(i).lazyProduct(map);
    matrix = std::move(basis);
  }
  return matrix;
}

Eigen::VectorXd without_span(const Eigen::MatrixXd& basis, const Eigen::VectorXd& vector) {
  return vector - basis * (basis.transpose() * vector).eval();
}

SingularParts singular_parts(const Eigen::MatrixXd& matrix) {
  // A square matrix needs no other decomposition first.
  const Eigen::JacobiSVD<Eigen::MatrixXd, Eigen::NoQRPreconditioner> svd(triangular_factor(matrix),
                                                                         Eigen::ComputeFullV);
  return {svd.singularValues(), svd.matrixV()};
}

SymmetricParts symmetric_parts(const Eigen::MatrixXd& matrix) {
  const Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd> parts(matrix);
  return {parts.eigenvalues(), parts.eigenvectors()};
}

std::vector<double> symmetric_eigenvalues(const Eigen::MatrixXd& matrix) {
  const Eigen::VectorXd values =
      Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(matrix, Eigen::EigenvaluesOnly).eigenvalues();
  return {values.data(), values.data() + values.size()};
}

Eigen::VectorXd solve_symmetric(const Eigen::MatrixXd& matrix, const Eigen::VectorXd& right) {
  return matrix.ldlt().solve(right);
}

Eigen::VectorXd least_squares(const Eigen::MatrixXd& columns, const Eigen::VectorXd& wanted,
                              double threshold) {
  if (columns.rows() > kRowsAtOnce) {
    Eigen::MatrixXd both(columns.rows(), columns.cols() + 1);
    both << columns, wanted;
    const Eigen::MatrixXd factor = triangular_factor(both);
    return least_squares(factor.leftCols(columns.cols()), factor.col(columns.cols()), threshold);
  }
  Eigen::ColPivHouseholderQR<Eigen::MatrixXd> qr(columns.rows(), columns.cols());
  qr.setThreshold(threshold).compute(columns);
  if (qr.rank() < columns.cols()) return {};
  return qr.solve(wanted);
}

Eigen::MatrixXd weighted_squares(const Eigen::MatrixXd& matrix, const Eigen::VectorXd& weights) {
  return matrix.transpose() * weights.asDiagonal() * matrix;
}

Eigen::MatrixXd products(const Eigen::MatrixXd& left, const Eigen::MatrixXd& right) {
  return left.transpose() * right;
}

Eigen::VectorXd products(const Eigen::MatrixXd& left, const Eigen::VectorXd& right) {
  return left.transpose() * right;
}

}  // namespace isoflop
