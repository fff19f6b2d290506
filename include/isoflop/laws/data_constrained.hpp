/// The loss of a dense model whose tokens are seen more than once:
///   L(N, D, U) = E + A / N'^alpha + B / D'^beta   [nats per token]
///   D' = U_D (1 + R*_D (1 - exp(-R_D / R*_D))),  U_D = min(U, D),       R_D = D / U_D - 1
///   N' = U_N (1 + R*_N (1 - exp(-R_N / R*_N))),  U_N = min(N, N_opt(U)), R_N = N / U_N - 1
///   N_opt(U) = (U G)^(beta/alpha) G,  G = (alpha A / (beta B))^(1 / (alpha + beta))
/// Muennighoff et al. 2023, arXiv 2305.16264, Eq. 5 to 7 and Appendix. U is the number of unique
/// tokens, N_opt(U) the size that would be compute-optimal for U tokens seen once. Where D <= U and
/// N <= N_opt(U) it is the law of Hoffmann et al. 2022. The paper's fit has alpha = beta. Here the
/// constants need not be fitted in two steps, though they can (base first, then --fix all but the
/// two R*).
#pragma once

#include <cmath>

#include "isoflop/core/log_sum_exp.hpp"
#include "isoflop/core/repetition.hpp"
#include "isoflop/laws/law.hpp"

namespace isoflop {

struct DataConstrained {
  static constexpr std::string_view kName = "data-constrained";
  static constexpr std::string_view kFormula =
      "L(N,D,U) = E + A/N'^alpha + B/D'^beta, D' = U (1 + R_D (1 - exp((1 - D/U)/R_D))) where "
      "D > U, else D, N' from N_opt(U) and R_N alike";
  static constexpr std::string_view kSource = "Muennighoff et al. 2023, arXiv 2305.16264";
  static constexpr std::array<Variable, 3> kVariables{Variable::kN, Variable::kD, Variable::kU};
  static constexpr std::array<CoefficientInfo, 7> kCoefficients{{
      {"E", "irreducible loss, nats per token", Scale::kLog, kIrreducibleLossFloor, 100.0, -1.0,
       1.0, 0},
      {"A", "scale of the parameter term", Scale::kLog, 1e-9, 1e18, 0.0, 15.0, 0},
      {"alpha", "exponent of parameters", Scale::kLinear, 1e-3, 4.0, 0.1, 0.8, 0},
      {"B", "scale of the token term", Scale::kLog, 1e-9, 1e18, 0.0, 15.0, 0},
      {"beta", "exponent of tokens", Scale::kLinear, 1e-3, 4.0, 0.1, 0.8, 0},
      {"R_N", "repetitions after which excess parameters are worth 1 - 1/e less, R*_N", Scale::kLog,
       1e-3, 1e6, 0.0, 4.0, 0},
      {"R_D", "repetitions after which repeated tokens are worth 1 - 1/e less, R*_D", Scale::kLog,
       1e-3, 1e6, 0.0, 4.0, 0},
  }};

  /// ln N_opt(U); theta [7] on the optimiser's axis.
  template <class C, class U>
  auto log_optimal_n(const C& theta, const U& log_u) const {
    using std::log;
    const auto& [log_e, log_a, alpha, log_b, beta, log_r_n, log_r_d] = theta;
    const auto log_g = (log(alpha) + log_a - (log(beta) + log_b)) / (alpha + beta);
    return (beta / alpha) * (log_g + log_u) + log_g;
  }

  template <class C, class X>
  auto log_loss(const C& theta, const X& log_x) const {
    const auto& [log_e, log_a, alpha, log_b, beta, log_r_n, log_r_d] = theta;
    const auto& [log_n, log_d, log_u] = log_x;
    const auto log_n_used = log_n + log_repeated(log_n - log_optimal_n(theta, log_u), log_r_n);
    const auto log_d_used = log_d + log_repeated(log_d - log_u, log_r_d);
    return log_sum_exp(log_e, log_a - alpha * log_n_used, log_b - beta * log_d_used);
  }
};

static_assert(Law<DataConstrained>);

}  // namespace isoflop
