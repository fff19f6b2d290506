#include <cmath>
#include <cstdio>
#include <isoflop/core/log_sum_exp.hpp>
#include <isoflop/fit/own_law.hpp>

// L(N) = E + A / N^alpha: models of many sizes on the same tokens.
struct SizeOnly {
  static constexpr std::string_view kName = "size-only";
  static constexpr std::string_view kFormula = "L(N) = E + A/N^alpha";
  static constexpr std::string_view kSource = "an example";
  static constexpr std::array kVariables{isoflop::Variable::kN};
  static constexpr std::array<isoflop::CoefficientInfo, 3> kCoefficients{{
      // name, meaning, axis, bounds, starts on that axis, levels of a grid of starts
      {"E", "irreducible loss", isoflop::Scale::kLog, 1e-3, 100.0, -1.0, 1.0, 0},
      {"A", "scale of parameters", isoflop::Scale::kLog, 1e-9, 1e18, 0.0, 15.0, 0},
      {"alpha", "exponent of parameters", isoflop::Scale::kLinear, 1e-3, 4.0, 0.1, 1.0, 0},
  }};

  auto log_loss(const auto& theta, const auto& log_x) const {
    const auto& [log_e, log_a, alpha] = theta;
    const auto& [log_n] = log_x;
    return isoflop::log_sum_exp(log_e, log_a - alpha * log_n);
  }
};

int main() {
  isoflop::RunTable runs;
  for (double n = 1e7; n < 2e10; n *= 2.0) {
    runs.column(isoflop::Variable::kN).push_back(n);
    runs.loss.push_back(1.7 + 400.0 / std::pow(n, 0.34));
  }
  const isoflop::FitReport report = isoflop::fit(isoflop::FitLawOf(SizeOnly{}), runs);
  std::printf("%s, alpha = %.6f\n", to_string(report.verdict), report.coefficients.at(2));
  return std::abs(report.coefficients.at(2) - 0.34) < 1e-6 ? 0 : 1;
}
