/// The objective of a fit over whole columns of runs:
///   F(theta) = sum_i w_i rho(r_i),  r_i = ln L(theta, x_i) - ln L_i   (or L(theta, x_i) - L_i)
/// with its gradient and two curvatures: the reweighted Gauss-Newton matrix, which is never
/// indefinite, and the exact Hessian. Sums run in the order of the rows, so that a value does not
/// depend on who computes it. SUM, not mean: see Besiroglu et al. 2024 on what a mean does to
/// convergence tests.
#pragma once

#include <cmath>
#include <cstddef>
#include <Eigen/Core>
#include <span>
#include <vector>

#include "isoflop/core/batch.hpp"
#include "isoflop/core/dual.hpp"
#include "isoflop/core/run_table.hpp"
#include "isoflop/error.hpp"
#include "isoflop/fit/options.hpp"
#include "isoflop/fit/robust_loss.hpp"
#include "isoflop/laws/law.hpp"

namespace isoflop {

template <Law L>
class ColumnObjective {
 public:
  static constexpr std::size_t kP = kNumCoefficients<L>;
  static constexpr std::size_t kV = kNumVariablesOf<L>;
  using Theta = std::array<double, kP>;
  using Vector = Eigen::Matrix<double, static_cast<int>(kP), 1>;
  using Matrix = Eigen::Matrix<double, static_cast<int>(kP), static_cast<int>(kP)>;

  struct Derivatives {
    double value = 0.0;
    Vector gradient = Vector::Zero();
    Vector diagonal = Vector::Zero();      ///< of sum w (rho'/r) J J^T, the Gauss-Newton matrix
    Matrix gauss_newton = Matrix::Zero();  ///< all of it; only filled at Order 1
    Matrix hessian = Matrix::Zero();       ///< exact; only filled at Order 2
  };

  /// Requires every variable of the law to be given and positive, and positive losses.
  ColumnObjective(const L& law, const RunTable& runs, HuberLoss loss, Residual residual)
      : law_(law), loss_(loss), residual_(residual), num_runs_(runs.num_runs()) {
    const std::size_t width = Batch::kWidth;
    blocks_.resize((num_runs_ + width - 1) / width);
    for (std::size_t v = 0; v < variables_of(law).size(); ++v) {
      if (runs.column(variables_of(law)[v]).size() != num_runs_) {
        throw InvalidArgument("the runs have no column for " +
                              std::string(info(variables_of(law)[v]).symbol) + ", which the law " +
                              std::string(name_of(law)) + " needs");
      }
    }
    for (std::size_t i = 0; i < blocks_.size() * width; ++i) {
      Block& block = blocks_[i / width];
      const auto lane = static_cast<Eigen::Index>(i % width);
      const std::size_t row = std::min(i, num_runs_ - 1);  // padding repeats the last run, weight 0
      for (std::size_t v = 0; v < kV; ++v) {
        block.log_x[v].lanes[lane] = 0.0;
        if (v >= variables_of(law).size()) continue;
        block.log_x[v].lanes[lane] = log_value(runs.column(variables_of(law)[v])[row]);
      }
      const double loss_row = runs.loss[row];
      block.target.lanes[lane] = residual_ == Residual::kLog ? std::log(loss_row) : loss_row;
      const double weight = runs.weight.empty() ? 1.0 : runs.weight[row];
      block.weight.lanes[lane] = i < num_runs_ ? weight : 0.0;
    }
  }

  /// The same runs under another loss.
  ColumnObjective with(HuberLoss loss) const {
    ColumnObjective out = *this;
    out.loss_ = loss;
    return out;
  }

  /// The same runs, each with its weight times `count`; runs that count zero take no room.
  /// counts: one per run, >= 0, not all zero.
  ColumnObjective resampled(std::span<const double> counts) const {
    ColumnObjective out(*this, 0);
    std::size_t used = 0;
    const std::size_t width = Batch::kWidth;
    for (std::size_t i = 0; i < num_runs_; ++i) {
      if (counts[i] == 0.0) continue;
      if (used % width == 0) out.blocks_.push_back(blocks_[i / width]);
      const auto from = static_cast<Eigen::Index>(i % width);
      const auto to = static_cast<Eigen::Index>(used % width);
      const Block& source = blocks_[i / width];
      Block& block = out.blocks_.back();
      for (std::size_t v = 0; v < kV; ++v) block.log_x[v].lanes[to] = source.log_x[v].lanes[from];
      block.target.lanes[to] = source.target.lanes[from];
      block.weight.lanes[to] = source.weight.lanes[from] * counts[i];
      ++used;
    }
    for (std::size_t lane = used % width; lane != 0 && lane < width; ++lane) {
      out.blocks_.back().weight.lanes[static_cast<Eigen::Index>(lane)] = 0.0;
    }
    out.num_runs_ = used;
    return out;
  }

  const L& law() const { return law_; }
  std::size_t num_runs() const { return num_runs_; }
  const HuberLoss& loss() const { return loss_; }

  /// F and its derivatives; Order 2 also fills the Hessian.
  template <int Order>
  Derivatives evaluate(const Theta& theta) const {
    return evaluate<Order>(theta, loss_);
  }

  /// The same with another loss in place of the objective's own.
  template <int Order>
  Derivatives evaluate(const Theta& theta, const HuberLoss& loss) const;

  /// Residuals and weights by run, padding left out.
  void residuals(const Theta& theta, std::vector<double>& residual,
                 std::vector<double>& weight) const {
    std::array<Batch, kP> parameters;
    for (std::size_t p = 0; p < kP; ++p) parameters[p] = Batch(theta[p]);
    residual.clear();
    weight.clear();
    for (const Block& block : blocks_) {
      const Batch r = residual_of(law_.log_loss(parameters, block.log_x), block.target);
      for (Eigen::Index lane = 0; lane < Batch::kWidth && residual.size() < num_runs_; ++lane) {
        residual.push_back(r.lanes[lane]);
        weight.push_back(block.weight.lanes[lane]);
      }
    }
  }

  [[gnu::flatten]] double value(const Theta& theta) const {
    std::array<Batch, kP> parameters;
    for (std::size_t p = 0; p < kP; ++p) parameters[p] = Batch(theta[p]);
    Batch sum(0.0);
    for (const Block& block : blocks_) {
      const Batch r = residual_of(law_.log_loss(parameters, block.log_x), block.target);
      sum += block.weight * loss_(r).rho;
    }
    return sum.lanes.sum();
  }

 private:
  struct Block {
    std::array<Batch, kV> log_x;
    Batch target, weight;
  };

  /// An empty objective of the same kind.
  ColumnObjective(const ColumnObjective& like, std::size_t num_runs)
      : law_(like.law_), loss_(like.loss_), residual_(like.residual_), num_runs_(num_runs) {
    blocks_.reserve(like.blocks_.size());
  }

  template <class T>
  T residual_of(const T& log_loss, const Batch& target) const {
    if (residual_ == Residual::kLog) return log_loss - target;
    return exp(log_loss) - target;
  }

  [[no_unique_address]] L law_;
  HuberLoss loss_;
  Residual residual_;
  std::size_t num_runs_;
  std::vector<Block> blocks_;
};

// (Flattened: a formula that the compiler left out of line would pass its derivatives through
// memory, at half the speed.)
template <Law L>
template <int Order>
[[gnu::flatten]] typename ColumnObjective<L>::Derivatives ColumnObjective<L>::evaluate(
    const Theta& theta, const HuberLoss& loss) const {
  std::array<Batch, kP> values;
  for (std::size_t p = 0; p < kP; ++p) values[p] = Batch(theta[p]);
  const auto parameters = dual_parameters<Order>(values);

  Batch value(0.0);
  std::array<Batch, kP> gradient, diagonal;
  std::array<Batch, kP*(kP + 1) / 2> curvature;
  gradient.fill(Batch(0.0));
  diagonal.fill(Batch(0.0));
  curvature.fill(Batch(0.0));
  for (const Block& block : blocks_) {
    const auto residual = residual_of(law_.log_loss(parameters, block.log_x), block.target);
    static_assert(residual.kSize == kP, "the law's formula does not use all its coefficients");
    const HuberValue huber = loss(residual.value);
    value += block.weight * huber.rho;
    const Batch slope = block.weight * huber.slope;
    const Batch reweight = block.weight * huber.reweight;
    const Batch inside = block.weight * huber.curvature;
    std::size_t pair = 0;
    for (std::size_t i = 0; i < kP; ++i) {
      gradient[i] += slope * residual.grad[i];
      const Batch row = (Order == 2 ? inside : reweight) * residual.grad[i];
      diagonal[i] += reweight * residual.grad[i] * residual.grad[i];
      for (std::size_t j = 0; j <= i; ++j, ++pair) {
        if constexpr (Order == 2) {
          curvature[pair] += row * residual.grad[j] + slope * residual.hess[pair];
        } else {
          curvature[pair] += row * residual.grad[j];
        }
      }
    }
  }

  Derivatives out;
  out.value = value.lanes.sum();
  Matrix& matrix = Order == 2 ? out.hessian : out.gauss_newton;
  std::size_t pair = 0;
  for (int i = 0; i < static_cast<int>(kP); ++i) {
    out.gradient[i] = gradient[static_cast<std::size_t>(i)].lanes.sum();
    out.diagonal[i] = diagonal[static_cast<std::size_t>(i)].lanes.sum();
    for (int j = 0; j <= i; ++j, ++pair) {
      matrix(i, j) = matrix(j, i) = curvature[pair].lanes.sum();
    }
  }
  return out;
}

}  // namespace isoflop
