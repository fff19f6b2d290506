/// The objective of a fit over whole columns of runs, the one part of a fit that is compiled per
/// law:
///   F(theta) = sum_i w_i rho(r_i),  r_i = ln L(theta, x_i) - ln L_i   (or L(theta, x_i) - L_i)
/// with its gradient and two curvatures: the reweighted Gauss-Newton matrix, which is never
/// indefinite, and the exact Hessian. Sums run in the order of the rows, so that a value does not
/// depend on who computes it. SUM, not mean: see Besiroglu et al. 2024 on what a mean does to
/// convergence tests.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "isoflop/core/batch.hpp"
#include "isoflop/core/dual.hpp"
#include "isoflop/core/run_table.hpp"
#include "isoflop/error.hpp"
#include "isoflop/fit/objective.hpp"
#include "isoflop/fit/options.hpp"
#include "isoflop/fit/robust_loss.hpp"
#include "isoflop/formula/operations.hpp"
#include "isoflop/formula/tracked.hpp"
#include "isoflop/laws/law.hpp"

namespace isoflop {

template <Law L>
class ColumnObjective final : public Objective {
 public:
  static constexpr std::size_t kP = kNumCoefficients<L>;
  static constexpr std::size_t kV = kNumVariablesOf<L>;
  static constexpr bool kTracks = [] {
    if constexpr (requires { L::kTracks; }) return L::kTracks;
    return false;
  }();
  static_assert(kP <= static_cast<std::size_t>(kMaxCoefficients),
                "a law can have at most kMaxCoefficients coefficients");

  /// Requires every variable of the law to be given, with values as it takes them, and losses that
  /// are positive; raw residuals of a law that offers predictions take any loss.
  ColumnObjective(const L& law, const RunTable& runs, HuberLoss loss, Residual residual)
      : Objective(loss, runs.num_runs()), law_(law), residual_(residual) {
    if constexpr (OffersPrediction<L>) {
      any_sign_ = residual == Residual::kRaw && std::any_of(runs.loss.begin(), runs.loss.end(),
                                                            [](double x) { return x <= 0.0; });
    }
    const std::span<const Variable> variables = variables_of(law);
    const std::size_t width = Batch::kWidth;
    std::vector<Block>& blocks = *blocks_;
    blocks.resize((num_runs_ + width - 1) / width);
    for (const Variable v : variables) {
      if (runs.column(v).size() == num_runs_) continue;
      throw InvalidArgument("the runs have no column for " + std::string(info_of(law, v).symbol) +
                            ", which the law " + std::string(name_of(law)) + " needs");
    }
    for (std::size_t i = 0; i < blocks.size() * width; ++i) {
      Block& block = blocks[i / width];
      const auto lane = static_cast<Eigen::Index>(i % width);
      const std::size_t row = std::min(i, num_runs_ - 1);  // padding repeats the last run, weight 0
      for (std::size_t v = 0; v < kV; ++v) {
        block.log_x[v].lanes[lane] = 0.0;
        if (v >= variables.size()) continue;
        block.log_x[v].lanes[lane] = law_input(variables[v], runs.column(variables[v])[row]);
      }
      const double loss_row = runs.loss[row];
      block.target.lanes[lane] = residual_ == Residual::kLog ? std::log(loss_row) : loss_row;
      const double weight = runs.weight.empty() ? 1.0 : runs.weight[row];
      block.weight.lanes[lane] = i < num_runs_ ? weight : 0.0;
    }
  }

  std::unique_ptr<Objective> with(HuberLoss loss) const override {
    auto out = std::make_unique<ColumnObjective>(*this);
    out->loss_ = loss;
    return out;
  }

  std::unique_ptr<Objective> resampled(std::span<const double> counts) const override {
    std::unique_ptr<ColumnObjective> resample(new ColumnObjective(*this, 0));
    ColumnObjective& out = *resample;
    std::vector<Block>& blocks = *out.blocks_;
    std::size_t used = 0;
    const std::size_t width = Batch::kWidth;
    for (std::size_t i = 0; i < num_runs_; ++i) {
      if (counts[i] == 0.0) continue;
      const Block& source = (*blocks_)[i / width];
      if (used % width == 0) blocks.push_back(source);
      const auto from = static_cast<Eigen::Index>(i % width);
      const auto to = static_cast<Eigen::Index>(used % width);
      Block& block = blocks.back();
      for (std::size_t v = 0; v < kV; ++v) block.log_x[v].lanes[to] = source.log_x[v].lanes[from];
      block.target.lanes[to] = source.target.lanes[from];
      block.weight.lanes[to] = source.weight.lanes[from] * counts[i];
      ++used;
    }
    for (std::size_t lane = used % width; lane != 0 && lane < width; ++lane) {
      blocks.back().weight.lanes[static_cast<Eigen::Index>(lane)] = 0.0;
    }
    out.num_runs_ = used;
    return resample;
  }

  void evaluate(const CoefficientVector& theta, Order order, Derivatives& out) const override {
    if constexpr (kTracks) {
      order == Order::kFirst ? evaluate_tracked<1>(theta, out) : evaluate_tracked<2>(theta, out);
    } else {
      order == Order::kFirst ? evaluate<1>(theta, out) : evaluate<2>(theta, out);
    }
  }

  /// Padding is left out.
  void residuals(const CoefficientVector& theta, std::vector<double>& residual,
                 std::vector<double>& weight) const override {
    const std::array<Batch, kP> parameters = batches_of(theta);
    residual.clear();
    weight.clear();
    for (const Block& block : *blocks_) {
      const Batch r = residual_of(parameters, block);
      for (Eigen::Index lane = 0; lane < Batch::kWidth && residual.size() < num_runs_; ++lane) {
        residual.push_back(r.lanes[lane]);
        weight.push_back(block.weight.lanes[lane]);
      }
    }
  }

  [[gnu::flatten]] double value(const CoefficientVector& theta) const override {
    const std::array<Batch, kP> parameters = batches_of(theta);
    Batch sum(0.0);
    for (const Block& block : *blocks_) {
      const Batch r = residual_of(parameters, block);
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
      : Objective(like.loss_, num_runs),
        law_(like.law_),
        residual_(like.residual_),
        any_sign_(like.any_sign_) {
    blocks_->reserve(like.blocks_->size());
  }

  template <int Order>
  void evaluate(const CoefficientVector& theta, Derivatives& out) const;
  /// The same of a law of many coefficients, most of which a formula may not have.
  template <int Order>
  void evaluate_tracked(const CoefficientVector& theta, Derivatives& out) const;

  static std::array<Batch, kP> batches_of(const CoefficientVector& theta) {
    std::array<Batch, kP> out;
    for (std::size_t p = 0; p < kP; ++p) out[p] = Batch(theta[static_cast<Eigen::Index>(p)]);
    return out;
  }

  template <class C>
  auto residual_of(const C& parameters, const Block& block) const {
    if constexpr (OffersPrediction<L>) {
      // Where all losses are positive, by the logarithm all the same: a start that predicts less
      // than nothing is none.
      if (any_sign_) return law_.prediction(parameters, block.log_x) - block.target;
    }
    const auto log_loss = law_.log_loss(parameters, block.log_x);
    using T = std::decay_t<decltype(log_loss)>;
    return residual_ == Residual::kLog ? T(log_loss - block.target)
                                       : T(exp(log_loss) - block.target);
  }

  [[no_unique_address]] L law_;
  Residual residual_;
  bool any_sign_ = false;  // of the losses, and of the law
  /// Shared by objectives of the same runs under other losses.
  std::shared_ptr<std::vector<Block>> blocks_ = std::make_shared<std::vector<Block>>();
};

// (Flattened: a formula that the compiler left out of line would pass its derivatives through
// memory, at half the speed.)
template <Law L>
template <int Order>
[[gnu::flatten]] void ColumnObjective<L>::evaluate(const CoefficientVector& theta,
                                                   Derivatives& out) const {
  const auto parameters = dual_parameters<Order>(batches_of(theta));

  Batch value(0.0);
  std::array<Batch, kP> gradient, diagonal;
  std::array<Batch, kP*(kP + 1) / 2> curvature;
  gradient.fill(Batch(0.0));
  diagonal.fill(Batch(0.0));
  curvature.fill(Batch(0.0));
  for (const Block& block : *blocks_) {
    const auto residual = residual_of(parameters, block);
    static_assert(residual.kSize == kP, "the law's formula does not use all its coefficients");
    const HuberValue huber = loss_(residual.value);
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

  constexpr auto kSize = static_cast<Eigen::Index>(kP);
  out.value = value.lanes.sum();
  out.gradient.resize(kSize);
  out.diagonal.resize(kSize);
  out.curvature.resize(kSize, kSize);
  std::size_t pair = 0;
  for (Eigen::Index i = 0; i < kSize; ++i) {
    out.gradient[i] = gradient[static_cast<std::size_t>(i)].lanes.sum();
    out.diagonal[i] = diagonal[static_cast<std::size_t>(i)].lanes.sum();
    for (Eigen::Index j = 0; j <= i; ++j, ++pair) {
      out.curvature(i, j) = out.curvature(j, i) = curvature[pair].lanes.sum();
    }
  }
}

template <Law L>
template <int Order>
void ColumnObjective<L>::evaluate_tracked(const CoefficientVector& theta, Derivatives& out) const {
  constexpr auto kSize = static_cast<Eigen::Index>(kP);
  out.gradient.setZero(kSize);
  out.diagonal.setZero(kSize);
  out.curvature.setZero(kSize, kSize);
  constexpr std::size_t kPairs = kP * (kP + 1) / 2;
  Batch value(0.0);
  std::array<Batch, kP> gradient, diagonal;
  std::array<Batch, kPairs> curvature;
  gradient.fill(Batch(0.0));
  diagonal.fill(Batch(0.0));
  curvature.fill(Batch(0.0));
  const bool is_log = [&] {
    if constexpr (requires { law_.tracks_log_loss(); }) return law_.tracks_log_loss();
    return false;
  }();
  const auto seeds = law_.seeds(batches_of(theta));
  for (const Block& block : *blocks_) {
    law_.template track<Order>(seeds, block.log_x, [&](auto& number) {
      if (!any_sign_ && !is_log) detail::apply_unary(detail::Op::kLog, number, 0.0);
      if ((!any_sign_ || is_log) && residual_ == Residual::kRaw) {
        detail::apply_unary(detail::Op::kExp, number, 0.0);
      }
      const HuberValue huber = loss_(Batch(number.value - block.target));
      value += block.weight * huber.rho;
      const Batch slope = block.weight * huber.slope;
      const Batch reweight = block.weight * huber.reweight;
      const Batch inside = block.weight * huber.curvature;
      detail::for_bits(number.mask, [&](std::size_t i) {
        gradient[i] += slope * number.grad[i];
        const Batch row = (Order == 2 ? inside : reweight) * number.grad[i];
        diagonal[i] += reweight * number.grad[i] * number.grad[i];
        detail::for_bits(number.mask & ((2u << i) - 1u), [&](std::size_t j) {
          const std::size_t pair = detail::pair_index(i, j);
          curvature[pair] += row * number.grad[j];
          if constexpr (Order == 2) {
            if (number.curved) curvature[pair] += slope * number.hess[pair];
          }
        });
      });
    });
  }
  out.value = value.lanes.sum();
  const std::size_t used = coefficients_of(law_).size();
  for (std::size_t i = 0; i < used; ++i) {
    const auto row = static_cast<Eigen::Index>(i);
    out.gradient[row] = gradient[i].lanes.sum();
    out.diagonal[row] = diagonal[i].lanes.sum();
    for (std::size_t j = 0; j <= i; ++j) {
      const auto column = static_cast<Eigen::Index>(j);
      out.curvature(row, column) = out.curvature(column, row) =
          curvature[detail::pair_index(i, j)].lanes.sum();
    }
  }
}

}  // namespace isoflop
