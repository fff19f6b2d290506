#include "fit/symmetric_eigenvalues.hpp"

#include <Eigen/Eigenvalues>

namespace isoflop {

std::vector<double> symmetric_eigenvalues(const Eigen::MatrixXd& matrix) {
  const Eigen::VectorXd values =
      Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(matrix, Eigen::EigenvaluesOnly).eigenvalues();
  return {values.data(), values.data() + values.size()};
}

}  // namespace isoflop
