/// The objective of a fit, whatever its law:
///   F(theta) = sum_i w_i rho(r_i),  r_i = ln L(theta, x_i) - ln L_i   (or L(theta, x_i) - L_i).
/// Everything that minimises or judges a fit is written against this and compiled once; only
/// ColumnObjective is compiled per law. One call evaluates all runs.
#pragma once

#include <cstddef>
#include <Eigen/Core>
#include <memory>
#include <span>
#include <vector>

#include "isoflop/fit/robust_loss.hpp"

namespace isoflop {

/// The most coefficients that a law can have: the room of the vectors and matrices below, so that
/// none of them allocates.
inline constexpr int kMaxCoefficients = 32;

using CoefficientVector =
    Eigen::Matrix<double, Eigen::Dynamic, 1, Eigen::ColMajor, kMaxCoefficients, 1>;
using CoefficientMatrix = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::ColMajor,
                                        kMaxCoefficients, kMaxCoefficients>;

enum class Order { kFirst, kSecond };

struct Derivatives {
  double value = 0.0;
  CoefficientVector gradient;
  CoefficientVector diagonal;  ///< of sum w (rho'/r) J J^T, the Gauss-Newton matrix
  /// At first order all of the reweighted Gauss-Newton matrix, which is never indefinite; at second
  /// order the exact Hessian.
  CoefficientMatrix curvature;
};

class Objective {
 public:
  virtual ~Objective() = default;

  std::size_t num_runs() const { return num_runs_; }
  const HuberLoss& loss() const { return loss_; }

  /// Theta [P] is on the optimiser's axis, here and below.
  virtual double value(const CoefficientVector& theta) const = 0;
  virtual void evaluate(const CoefficientVector& theta, Order order, Derivatives& out) const = 0;

  Derivatives first_order(const CoefficientVector& theta) const {
    Derivatives out;
    evaluate(theta, Order::kFirst, out);
    return out;
  }
  Derivatives second_order(const CoefficientVector& theta) const {
    Derivatives out;
    evaluate(theta, Order::kSecond, out);
    return out;
  }

  /// Residuals and weights by run.
  virtual void residuals(const CoefficientVector& theta, std::vector<double>& residual,
                         std::vector<double>& weight) const = 0;

  /// The same runs under another loss.
  virtual std::unique_ptr<Objective> with(HuberLoss loss) const = 0;

  /// The same runs, each with its weight times `count`; runs that count zero take no room.
  /// counts: one per run, >= 0, not all zero.
  virtual std::unique_ptr<Objective> resampled(std::span<const double> counts) const = 0;

 protected:
  Objective(HuberLoss loss, std::size_t num_runs) : loss_(loss), num_runs_(num_runs) {}
  Objective(const Objective&) = default;

  HuberLoss loss_;
  std::size_t num_runs_;
};

}  // namespace isoflop
