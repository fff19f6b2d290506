/// The loss of a mixture of experts from its parameters, training tokens and sparsity:
///   L(N, D, S) = a/N^alpha + b/D^beta + c/(1-S)^lambda + d/((1-S)^delta N^gamma) + e
/// in nats per token, S = (E - K) / E for K of E experts per token, N all parameters.
/// Abnar et al. 2025, arXiv 2501.12370. Evaluated here as a log-sum-exp of the five terms.
#pragma once

#include <cmath>

#include "isoflop/core/log_sum_exp.hpp"
#include "isoflop/laws/law.hpp"

namespace isoflop {

struct Sparsity {
  static constexpr std::string_view kName = "sparsity";
  static constexpr std::string_view kFormula =
      "L(N,D,S) = a/N^alpha + b/D^beta + c/(1-S)^lambda + d/((1-S)^delta N^gamma) + e";
  static constexpr std::string_view kSource = "Abnar et al. 2025, arXiv 2501.12370";
  static constexpr std::array<Variable, 3> kVariables{Variable::kN, Variable::kD, Variable::kS};
  static constexpr std::array<CoefficientInfo, 10> kCoefficients{{
      {"a", "scale of the parameter term", Scale::kLog, 1e-9, 1e18, 2.0, 14.0, 0},
      {"alpha", "exponent of parameters", Scale::kLinear, 1e-3, 4.0, 0.1, 0.9, 0},
      {"b", "scale of the token term", Scale::kLog, 1e-9, 1e18, 2.0, 14.0, 0},
      {"beta", "exponent of tokens", Scale::kLinear, 1e-3, 4.0, 0.1, 0.9, 0},
      {"c", "scale of the sparsity term", Scale::kLog, 1e-9, 1e18, -3.0, 3.0, 0},
      {"lambda", "exponent of the share of active experts", Scale::kLinear, -4.0, 4.0, -0.5, 0.5,
       0},
      {"d", "scale of the term of sparsity and parameters", Scale::kLog, 1e-9, 1e18, -1.0, 8.0, 0},
      {"delta", "its exponent of the share of active experts", Scale::kLinear, -4.0, 4.0, -0.5, 0.5,
       0},
      {"gamma", "its exponent of parameters", Scale::kLinear, 1e-3, 4.0, 0.05, 0.5, 0},
      {"e", "irreducible loss, nats per token", Scale::kLog, kIrreducibleLossFloor, 100.0, -1.5,
       1.0, 0},
  }};

  template <class C, class X>
  auto log_loss(const C& theta, const X& log_x) const {
    using std::exp;
    using std::log;
    const auto& [log_a, alpha, log_b, beta, log_c, lambda, log_d, delta, gamma, log_e] = theta;
    const auto& [log_n, log_tokens, log_s] = log_x;
    const auto log_active = log(1.0 - exp(log_s));
    return log_sum_exp(log_a - alpha * log_n, log_b - beta * log_tokens,
                       log_c - lambda * log_active, log_d - delta * log_active - gamma * log_n,
                       log_e);
  }
};

static_assert(Law<Sparsity>);

}  // namespace isoflop
