/// The loss of a mixture-of-experts model from its parameters, training tokens and granularity:
///   L(N, D, G) = c + (g / G^gamma + a) / N^alpha + b / D^beta   [nats per token]
/// Krajewski, Ludziejewski et al. 2024, arXiv 2402.07871, Eq. 9; evaluated here as
///   ln L = log-sum-exp(ln c, ln a - alpha ln N, ln g - gamma ln G - alpha ln N, ln b - beta ln D).
/// In the paper N is the number of non-embedding parameters, all experts counted, router excluded,
/// and G = d_ff / d_expert with d_ff = 4 d_model. The paper fitted with Huber delta 0.1 from one
/// start with c set by hand; here all seven coefficients are free unless the caller fixes some.
#pragma once

#include "isoflop/core/log_sum_exp.hpp"
#include "isoflop/laws/law.hpp"

namespace isoflop {

struct FineGrainedMoe {
  static constexpr std::string_view kName = "fine-grained-moe";
  static constexpr std::string_view kFormula = "L(N,D,G) = c + (g/G^gamma + a)/N^alpha + b/D^beta";
  static constexpr std::string_view kSource =
      "Krajewski, Ludziejewski et al. 2024, arXiv 2402.07871, Eq. 9";
  static constexpr std::array<Variable, 3> kVariables{Variable::kN, Variable::kD, Variable::kG};
  static constexpr bool kLogConvex = true;
  static constexpr std::array<CoefficientInfo, 7> kCoefficients{{
      {"a", "scale of the parameter term at infinite granularity", Scale::kLog, 1e-9, 1e18, 0.0,
       10.0, 0},
      {"alpha", "exponent of parameters", Scale::kLinear, 1e-3, 4.0, 0.05, 0.6, 0},
      {"b", "scale of the token term", Scale::kLog, 1e-9, 1e18, 0.0, 10.0, 0},
      {"beta", "exponent of tokens", Scale::kLinear, 1e-3, 4.0, 0.05, 0.6, 0},
      {"g", "scale of the granularity term", Scale::kLog, 1e-9, 1e18, -3.0, 5.0, 0},
      {"gamma", "exponent of granularity", Scale::kLinear, 1e-3, 10.0, 0.1, 2.0, 0},
      {"c", "irreducible loss, nats per token", Scale::kLog, kIrreducibleLossFloor, 100.0, -1.5,
       1.0, 0},
  }};

  template <class C, class X>
  auto log_loss(const C& theta, const X& log_x) const {
    const auto& [log_a, alpha, log_b, beta, log_g, gamma, log_c] = theta;
    const auto& [log_n, log_d, log_granularity] = log_x;
    const auto by_n = alpha * log_n;
    return log_sum_exp(log_c, log_a - by_n, log_g - gamma * log_granularity - by_n,
                       log_b - beta * log_d);
  }
};

static_assert(Law<FineGrainedMoe>);

}  // namespace isoflop
