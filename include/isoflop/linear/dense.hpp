/// Decompositions and products of dense matrices. Compiled once: Eigen's are dear to instantiate.
#pragma once

#include <Eigen/Core>
#include <vector>

namespace isoflop {

/// The triangular factor R of a QR decomposition, [min(n, k) x k] for [n x k]: for n >= k it has
/// the matrix's singular values and right singular vectors. Some rows at a time, whatever n is:
/// Householder's reflections of Eigen 3.4 take memory from the heap above 16,384 rows, which they
/// suppose aligned as the instruction set would like it and which processor.cmake says it is not;
/// they crash there.
Eigen::MatrixXd triangular_factor(const Eigen::MatrixXd& matrix);

/// An orthonormal basis of what the columns of a matrix span [n x rank]. n >= k.
Eigen::MatrixXd orthonormal_basis(Eigen::MatrixXd matrix);

/// What is left of a vector [n] without its part in the span of an orthonormal basis [n x k].
Eigen::VectorXd without_span(const Eigen::MatrixXd& basis, const Eigen::VectorXd& vector);

struct SingularParts {
  Eigen::VectorXd values;  ///< [k] the largest first
  Eigen::MatrixXd right;   ///< [k x k] a right singular vector in each column
};

/// Of a matrix [n x k] with any number of rows, n >= k.
SingularParts singular_parts(const Eigen::MatrixXd& matrix);

struct SymmetricParts {
  Eigen::VectorXd values;   ///< [k] the smallest first
  Eigen::MatrixXd vectors;  ///< [k x k] an eigenvector in each column
};

/// Reads the lower triangle of a symmetric matrix [k x k], k >= 1.
SymmetricParts symmetric_parts(const Eigen::MatrixXd& matrix);

/// The eigenvalues alone.
std::vector<double> symmetric_eigenvalues(const Eigen::MatrixXd& matrix);

/// Solves for x a symmetric matrix [k x k] times x = right [k], by L D L^T.
Eigen::VectorXd solve_symmetric(const Eigen::MatrixXd& matrix, const Eigen::VectorXd& right);

/// The x of least |columns x - wanted|; without entries where the columns [n x k] have, to
/// `threshold` times the largest, fewer than k directions. n >= k.
Eigen::VectorXd least_squares(const Eigen::MatrixXd& columns, const Eigen::VectorXd& wanted,
                              double threshold);

/// matrix^T diag(weights) matrix, for weights [n].
Eigen::MatrixXd weighted_squares(const Eigen::MatrixXd& matrix, const Eigen::VectorXd& weights);

/// left^T right.
Eigen::MatrixXd products(const Eigen::MatrixXd& left, const Eigen::MatrixXd& right);
Eigen::VectorXd products(const Eigen::MatrixXd& left, const Eigen::VectorXd& right);

}  // namespace isoflop
