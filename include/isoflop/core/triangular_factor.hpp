/// Decompositions of matrices with any number of rows and few columns.
#pragma once

#include <algorithm>
#include <Eigen/QR>

namespace isoflop {

/// The triangular factor R of a QR decomposition, [min(n, k) x k] for [n x k]: for n >= k it has
/// the matrix's singular values and right singular vectors. Some rows at a time, whatever n is:
/// Householder's reflections of Eigen 3.4 take memory from the heap above 16,384 rows, which they
/// suppose aligned as the instruction set would like it and which processor.cmake says it is not;
/// they crash there.
inline Eigen::MatrixXd triangular_factor(const Eigen::MatrixXd& matrix) {
  constexpr Eigen::Index kRows = 1024;
  const Eigen::Index k = matrix.cols();
  Eigen::MatrixXd factor(0, k);
  for (Eigen::Index begin = 0; begin < matrix.rows(); begin += kRows) {
    const Eigen::Index count = std::min(kRows, matrix.rows() - begin);
    Eigen::MatrixXd stacked(factor.rows() + count, k);
    stacked << factor, matrix.middleRows(begin, count);
    const Eigen::HouseholderQR<Eigen::MatrixXd> qr(stacked);
    factor = qr.matrixQR().topRows(std::min(k, stacked.rows())).triangularView<Eigen::Upper>();
  }
  return factor;
}

/// An orthonormal basis of what the columns of a matrix span [n x rank]. n >= k.
inline Eigen::MatrixXd orthonormal_basis(Eigen::MatrixXd matrix) {
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

}  // namespace isoflop
