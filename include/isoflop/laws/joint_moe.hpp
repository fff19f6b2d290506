/// The loss of a mixture of experts from its active parameters, training tokens and number of
/// experts:
///   L(N, D, E) = a E_hat^delta N^(alpha + gamma ln E_hat) + b E_hat^omega D^(beta + zeta ln E_hat)
///                + c   [nats per token]
///   1 / E_hat = 1 / (E - 1 + (1/E_start - 1/E_max)^-1) + 1 / E_max
/// Ludziejewski et al. 2025, arXiv 2502.05172. N counts active parameters, embedding and
/// unembedding included. Exponents are negative, as printed there. Evaluated here as
///   ln L = log-sum-exp(ln c, ln a + delta e + (alpha + gamma e) ln N,
///                      ln b + omega e + (beta + zeta e) ln D),  e = ln E_hat.
#pragma once

#include "isoflop/core/log_sum_exp.hpp"
#include "isoflop/laws/law.hpp"
#include "isoflop/laws/saturating_expansion.hpp"

namespace isoflop {

struct JointMoe {
  static constexpr std::string_view kName = "joint-moe";
  static constexpr std::string_view kFormula =
      "L(N,D,E) = a E^^delta N^(alpha + gamma ln E^) + b E^^omega D^(beta + zeta ln E^) + c, "
      "1/E^ = 1/(E - 1 + 1/(1/E_start - 1/E_max)) + 1/E_max";
  static constexpr std::string_view kSource = "Ludziejewski et al. 2025, arXiv 2502.05172";
  static constexpr std::array<Variable, 3> kVariables{Variable::kN, Variable::kD, Variable::kE};
  static constexpr std::array<CoefficientInfo, 11> kCoefficients{{
      {"a", "scale of the parameter term", Scale::kLog, 1e-9, 1e18, 0.0, 10.0, 0},
      {"alpha", "exponent of parameters at E^ = 1", Scale::kLinear, -4.0, -1e-3, -0.6, -0.05, 0},
      {"delta", "exponent of experts in the parameter term", Scale::kLinear, -5.0, 5.0, -0.8, 0.8,
       0},
      {"gamma", "how the exponent of parameters moves with ln E^", Scale::kLinear, -1.0, 1.0, -0.05,
       0.05, 0},
      {"b", "scale of the token term", Scale::kLog, 1e-9, 1e18, 0.0, 10.0, 0},
      {"beta", "exponent of tokens at E^ = 1", Scale::kLinear, -4.0, -1e-3, -0.6, -0.05, 0},
      {"omega", "exponent of experts in the token term", Scale::kLinear, -5.0, 5.0, -0.8, 0.8, 0},
      {"zeta", "how the exponent of tokens moves with ln E^", Scale::kLinear, -1.0, 1.0, -0.05,
       0.05, 0},
      {"E_start", "what a single expert counts as", Scale::kLog, 1e-2, 1e4, 0.0, 2.0, 0},
      {"E_max", "what infinitely many experts count as", Scale::kLog, 1.0, 1e9, 4.0, 7.5, 0},
      {"c", "irreducible loss, nats per token", Scale::kLog, kIrreducibleLossFloor, 100.0, -1.5,
       1.0, 0},
  }};

  template <class C, class X>
  auto log_loss(const C& theta, const X& log_x) const {
    const auto& [log_a, alpha, delta, gamma, log_b, beta, omega, zeta, log_e_start, log_e_max,
                 log_c] = theta;
    const auto& [log_n, log_d, log_e] = log_x;
    const auto e = log_saturating(log_e, 1.0, log_e_start, log_e_max);
    return log_sum_exp(log_c, log_a + alpha * log_n + (delta + gamma * log_n) * e,
                       log_b + beta * log_d + (omega + zeta * log_d) * e);
  }
};

static_assert(Law<JointMoe>);

}  // namespace isoflop
