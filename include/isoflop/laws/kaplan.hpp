/// The loss of a dense model from its parameters and training tokens:
///   L(N, D) = [ (N_c / N)^(alpha_N / alpha_D) + D_c / D ]^alpha_D   [nats per token]
/// Kaplan et al. 2020, arXiv 2001.08361, Eq. 1.5; evaluated here as
///   ln L = alpha_D log-sum-exp(alpha_N / alpha_D (ln N_c - ln N), ln D_c - ln D).
/// N counts parameters without embeddings. There is no irreducible loss.
#pragma once

#include "isoflop/core/log_sum_exp.hpp"
#include "isoflop/laws/law.hpp"

namespace isoflop {

struct Kaplan {
  static constexpr std::string_view kName = "kaplan";
  static constexpr std::string_view kFormula =
      "L(N,D) = ((N_c/N)^(alpha_N/alpha_D) + D_c/D)^alpha_D";
  static constexpr std::string_view kSource = "Kaplan et al. 2020, arXiv 2001.08361, Eq. 1.5";
  static constexpr std::array<Variable, 2> kVariables{Variable::kN, Variable::kD};
  static constexpr bool kLogConvex = true;
  static constexpr std::array<CoefficientInfo, 4> kCoefficients{{
      {"N_c", "scale of parameters", Scale::kLog, 1e3, 1e30, 20.0, 40.0, 0},
      {"alpha_N", "exponent of parameters", Scale::kLinear, 1e-3, 4.0, 0.03, 0.5, 0},
      {"D_c", "scale of tokens", Scale::kLog, 1e3, 1e30, 20.0, 40.0, 0},
      {"alpha_D", "exponent of tokens", Scale::kLinear, 1e-3, 4.0, 0.03, 0.5, 0},
  }};

  template <class C, class X>
  auto log_loss(const C& theta, const X& log_x) const {
    const auto& [log_n_c, alpha_n, log_d_c, alpha_d] = theta;
    const auto& [log_n, log_d] = log_x;
    return alpha_d * log_sum_exp((alpha_n / alpha_d) * (log_n_c - log_n), log_d_c - log_d);
  }
};

static_assert(Law<Kaplan>);

}  // namespace isoflop
