/// The loss of a dense model from its parameters and training tokens:
///   L(N, D) = E + A / N^alpha + B / D^beta   [nats per token]
/// Hoffmann et al. 2022, arXiv 2203.15556, Eq. 2 and Approach 3; evaluated here as
///   ln L = log-sum-exp(ln E, ln A - alpha ln N, ln B - beta ln D).
/// The grid of starts is that of their Approach 3 (4,500 points).
#pragma once

#include "isoflop/core/log_sum_exp.hpp"
#include "isoflop/laws/law.hpp"

namespace isoflop {

struct Chinchilla {
  static constexpr std::string_view kName = "chinchilla";
  static constexpr std::string_view kFormula = "L(N,D) = E + A/N^alpha + B/D^beta";
  static constexpr std::string_view kSource = "Hoffmann et al. 2022, arXiv 2203.15556, Eq. 2";
  static constexpr std::array<Variable, 2> kVariables{Variable::kN, Variable::kD};
  static constexpr bool kLogConvex = true;
  static constexpr std::array<CoefficientInfo, 5> kCoefficients{{
      {"E", "irreducible loss, nats per token", Scale::kLog, kIrreducibleLossFloor, 100.0, -1.0,
       1.0, 5},
      {"A", "scale of the parameter term", Scale::kLog, 1e-9, 1e18, 0.0, 25.0, 6},
      {"alpha", "exponent of parameters", Scale::kLinear, 1e-3, 4.0, 0.0, 2.0, 5},
      {"B", "scale of the token term", Scale::kLog, 1e-9, 1e18, 0.0, 25.0, 6},
      {"beta", "exponent of tokens", Scale::kLinear, 1e-3, 4.0, 0.0, 2.0, 5},
  }};

  template <class C, class X>
  auto log_loss(const C& theta, const X& log_x) const {
    const auto& [log_e, log_a, alpha, log_b, beta] = theta;
    const auto& [log_n, log_d] = log_x;
    return log_sum_exp(log_e, log_a - alpha * log_n, log_b - beta * log_d);
  }
};

static_assert(Law<Chinchilla>);

}  // namespace isoflop
