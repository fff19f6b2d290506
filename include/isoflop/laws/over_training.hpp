/// The loss of a dense model that is trained beyond its compute-optimal number of tokens:
///   L(C, M) = E + (a M^eta + b M^-eta) C^-eta,  M = D / N,  C = 6 N D   [nats per token]
/// Gadre et al. 2024, arXiv 2403.08540. With C = 6 N D the two terms are a (6 N^2)^-eta and
/// b (6 D^2)^-eta: the form of Hoffmann et al. 2022 with both exponents equal to 2 eta. Evaluated
/// as
///   ln L = log-sum-exp(ln E, ln a + eta (ln M - ln C), ln b - eta (ln M + ln C)).
#pragma once

#include <cmath>

#include "isoflop/core/log_sum_exp.hpp"
#include "isoflop/laws/law.hpp"

namespace isoflop {

struct OverTraining {
  static constexpr std::string_view kName = "over-training";
  static constexpr std::string_view kFormula =
      "L(N,D) = E + (a M^eta + b M^-eta) C^-eta, M = D/N, C = 6ND";
  static constexpr std::string_view kSource = "Gadre et al. 2024, arXiv 2403.08540";
  static constexpr std::array<Variable, 2> kVariables{Variable::kN, Variable::kD};
  static constexpr bool kLogConvex = true;
  static constexpr std::array<CoefficientInfo, 4> kCoefficients{{
      {"E", "irreducible loss, nats per token", Scale::kLog, kIrreducibleLossFloor, 100.0, -1.0,
       1.0, 0},
      {"a", "scale of the term that falls with parameters", Scale::kLog, 1e-9, 1e18, 0.0, 15.0, 0},
      {"b", "scale of the term that falls with tokens", Scale::kLog, 1e-9, 1e18, 0.0, 15.0, 0},
      {"eta", "exponent of compute", Scale::kLinear, 1e-3, 2.0, 0.05, 0.5, 0},
  }};

  template <class C, class X>
  auto log_loss(const C& theta, const X& log_x) const {
    const auto& [log_e, log_a, log_b, eta] = theta;
    const auto& [log_n, log_d] = log_x;
    const auto log_m = log_d - log_n;
    const auto log_c = log_n + log_d + std::log(6.0);
    return log_sum_exp(log_e, log_a + eta * (log_m - log_c), log_b - eta * (log_m + log_c));
  }
};

static_assert(Law<OverTraining>);

}  // namespace isoflop
