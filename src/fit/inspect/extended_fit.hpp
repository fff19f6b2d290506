// A law with further terms: ln L = ln L_law(phi, x) + sum_j c_j T_j, fitted by Levenberg and
// Marquardt from a fit of the law alone, with Huber weights at 1.345 times the scatter.
#pragma once

#include <Eigen/Core>
#include <vector>

#include "fit/free_space.hpp"
#include "isoflop/fit/fit_law.hpp"

namespace isoflop::detail {

/// The runs that are asked.
struct AskedRuns {
  const FitLaw* law = nullptr;
  const FreeSpace* space = nullptr;
  std::vector<std::vector<double>> log_x;  ///< [n][V]
  Eigen::VectorXd log_loss;                ///< [n]
};

struct ExtendedFit {
  CoefficientVector phi;
  Eigen::VectorXd extra;      ///< [q] c
  Eigen::VectorXd residuals;  ///< [n] ln L fitted - ln L observed
  Eigen::MatrixXd jacobian;   ///< [n x (K + q)] of the residuals
  Eigen::VectorXd weights;    ///< [n] Huber's, one for what is near
  double scatter = 0.0;       ///< root of the weighted mean square, over n - K - q
};

/// `terms` [n x q], q may be zero.
ExtendedFit fit_extended(const AskedRuns& runs, const Eigen::MatrixXd& terms,
                         const CoefficientVector& begin, int most_steps = 30);

}  // namespace isoflop::detail
