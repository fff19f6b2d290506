/// How many times less compute a mixture of experts needs than a dense model for the same loss:
///   EL(A, G, C) = A_hat^(alpha + gamma (log2 G)^2 + beta log2 G),  alpha = a + d log10 C
///   1 / A_hat = 1 / (A + (1/A_start - 1/A_max)^-1) + 1 / A_max
/// Tian et al. 2025, arXiv 2507.17702. A is the activation ratio, G = 2 d_model / d_expert there, C
/// the training compute in FLOPs counted as M D, M the non-embedding forward FLOPs per token. The
/// bases of the logarithms are inferred from the paper's example. A multiplier, not a loss; the
/// concept's log_loss is ln EL.
#pragma once

#include <cmath>
#include <numbers>

#include "isoflop/laws/law.hpp"
#include "isoflop/laws/saturating_expansion.hpp"

namespace isoflop {

struct EfficiencyLeverage {
  static constexpr std::string_view kName = "efficiency-leverage";
  static constexpr std::string_view kFormula =
      "EL(A,G,C) = A^^(a + d log10 C + gamma (log2 G)^2 + beta log2 G), "
      "1/A^ = 1/(A + 1/(1/A_start - 1/A_max)) + 1/A_max";
  static constexpr std::string_view kSource = "Tian et al. 2025, arXiv 2507.17702";
  static constexpr Target kTarget{"el", "EL",
                                  "efficiency leverage, compute of a dense model over "
                                  "that of the mixture at the same loss"};
  static constexpr std::array<Variable, 3> kVariables{Variable::kA, Variable::kG, Variable::kC};
  static constexpr std::array<CoefficientInfo, 6> kCoefficients{{
      {"a", "exponent of the activation ratio at C = 1, G = 1", Scale::kLinear, -20.0, 20.0, -2.0,
       2.0, 0},
      {"d", "how that exponent moves with log10 C", Scale::kLinear, -5.0, 5.0, -0.2, 0.2, 0},
      {"gamma", "curvature in log2 G", Scale::kLinear, -5.0, 5.0, -0.1, 0.1, 0},
      {"beta", "slope in log2 G", Scale::kLinear, -5.0, 5.0, -0.5, 0.5, 0},
      {"A_start", "what the smallest activation ratio counts as", Scale::kLog, 1e-9, 1.0, -6.0,
       -2.0, 0},
      {"A_max", "what the largest counts as", Scale::kLog, 1e-3, 1e18, 0.0, 40.0, 0},
  }};

  template <class C, class X>
  auto log_loss(const C& theta, const X& log_x) const {
    const auto& [a, d, gamma, beta, log_a_start, log_a_max] = theta;
    const auto& [log_a, log_g, log_c] = log_x;
    const auto log2_g = log_g * (1.0 / std::numbers::ln2);
    const auto exponent =
        a + d * (log_c * (1.0 / std::numbers::ln10)) + (gamma * log2_g + beta) * log2_g;
    return exponent * log_saturating(log_a, 0.0, log_a_start, log_a_max);
  }

  /// The granularity, as this law counts it, at which EL peaks (A_hat below 1, gamma positive).
  template <class C>
  double best_granularity(const C& theta) const {
    return std::exp2(-theta[3] / (2.0 * theta[2]));
  }

  template <class C, class X>
  std::vector<LawFigure> figures(const C& theta, const X&) const {
    return {{"best_granularity", "granularity of the highest leverage, as this law counts it",
             best_granularity(theta)}};
  }
};

static_assert(Law<EfficiencyLeverage>);

}  // namespace isoflop
