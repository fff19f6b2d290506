/// The loss of a routed model from its dense size and number of experts, tokens held at 130B:
///   log10 L(N, E) = a log10 N + b log10 E_hat + c log10 N log10 E_hat + d   [nats per token]
///   1 / E_hat = 1 / (E - 1 + (1/E_start - 1/E_max)^-1) + 1 / E_max
/// Clark et al. 2022, arXiv 2202.01169, Eq. 2 and 11. N counts the parameters of the dense model
/// that is routed. Two more figures follow: the effective parameter count, the size of the dense
/// model (E = 1) of the same loss, and the size beyond which more experts no longer help,
/// N = 10^(-b/c). Evaluated here as
///   ln L = a ln N + b ln E_hat + c ln N ln E_hat / ln 10 + d ln 10.
#pragma once

#include <cmath>
#include <numbers>

#include "isoflop/laws/law.hpp"
#include "isoflop/laws/saturating_expansion.hpp"

namespace isoflop {

struct Routed {
  static constexpr std::string_view kName = "routed";
  static constexpr std::string_view kFormula =
      "L(N,E) = 10^(a log10 N + b log10 E^ + c log10 N log10 E^ + d), "
      "1/E^ = 1/(E - 1 + 1/(1/E_start - 1/E_max)) + 1/E_max";
  static constexpr std::string_view kSource = "Clark et al. 2022, arXiv 2202.01169, Eq. 2 and 11";
  static constexpr std::array<Variable, 2> kVariables{Variable::kN, Variable::kE};
  static constexpr std::array<CoefficientInfo, 6> kCoefficients{{
      {"a", "exponent of parameters", Scale::kLinear, -2.0, 2.0, -0.2, 0.0, 0},
      {"b", "exponent of experts at N = 1", Scale::kLinear, -5.0, 5.0, -0.4, 0.0, 0},
      {"c", "how the exponent of experts moves with log10 N", Scale::kLinear, -1.0, 1.0, 0.0, 0.04,
       0},
      {"d", "log10 of the loss at N = 1, E^ = 1", Scale::kLinear, -10.0, 10.0, 0.5, 2.0, 0},
      {"E_start", "what a single expert counts as", Scale::kLog, 1e-2, 1e4, 0.0, 2.0, 0},
      {"E_max", "what infinitely many experts count as", Scale::kLog, 1.0, 1e9, 4.0, 7.5, 0},
  }};

  template <class C, class X>
  auto log_loss(const C& theta, const X& log_x) const {
    const auto& [a, b, c, d, log_e_start, log_e_max] = theta;
    const auto& [log_n, log_e] = log_x;
    const auto log_e_hat = log_saturating(log_e, 1.0, log_e_start, log_e_max);
    return a * log_n + d * std::numbers::ln10 +
           (b + c * (log_n * (1.0 / std::numbers::ln10))) * log_e_hat;
  }

  /// ln of the dense parameters (E = 1) that give the loss of (N, E); theta [6] on the axis.
  template <class C>
  double log_effective_parameters(const C& theta, double log_n, double log_e) const {
    const auto& [a, b, c, d, log_e_start, log_e_max] = theta;
    // E_hat is E_start at E = 1, so ln L is linear in ln N there.
    const double slope = a + c * log_e_start / std::numbers::ln10;
    return (log_loss(theta, std::array{log_n, log_e}) - d * std::numbers::ln10 - b * log_e_start) /
           slope;
  }
  /// log10 of the dense size beyond which more experts no longer lower the loss.
  template <class C>
  double log10_cutoff(const C& theta) const {
    return -theta[1] / theta[2];
  }

  template <class C, class X>
  std::vector<LawFigure> figures(const C& theta, const X& log_x) const {
    return {{"effective_parameters", "dense parameters of the same loss",
             std::exp(log_effective_parameters(theta, log_x[0], log_x[1]))},
            {"cutoff_parameters", "more experts no longer help beyond N",
             std::pow(10.0, log10_cutoff(theta))}};
  }
};

static_assert(Law<Routed>);

}  // namespace isoflop
