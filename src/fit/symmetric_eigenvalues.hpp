// Eigenvalues of a symmetric matrix. Compiled once: Eigen's solver is dear to instantiate.
#pragma once

#include <Eigen/Core>
#include <vector>

namespace isoflop {

/// Smallest first. Reads the lower triangle of `matrix` [k, k], k >= 1.
std::vector<double> symmetric_eigenvalues(const Eigen::MatrixXd& matrix);

}  // namespace isoflop
