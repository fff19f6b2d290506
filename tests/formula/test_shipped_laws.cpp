// Laws that ship, written as formulas.
#include <array>
#include <cmath>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/formula/formula.hpp"
#include "isoflop/laws/chinchilla.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "isoflop/laws/fine_grained_moe.hpp"

namespace isoflop::shipped_laws_test {
namespace {

/// ln of the loss by the formula, with derivatives on the optimiser's axis: what a law of the
/// library gives.
template <Law L, class Theta, class X, std::size_t... I>
auto log_loss(const Formula& formula, const Theta& theta, const X& log_x,
              std::index_sequence<I...>) {
  auto own_units = []<std::size_t P>(const auto& x, std::integral_constant<std::size_t, P>) {
    using std::exp;
    if constexpr (L::kCoefficients[P].scale == Scale::kLog) {
      return exp(x);
    } else {
      return x;
    }
  };
  return log(formula(
      std::make_tuple(own_units(std::get<I>(theta), std::integral_constant<std::size_t, I>{})...),
      log_x));
}

/// Checks value and derivatives of both kinds against the law at 200 random runs and coefficients.
template <Law L>
void check_same(const L& law, const std::string& expression) {
  constexpr std::size_t kP = kNumCoefficients<L>;
  std::vector<std::string> variables, coefficients;
  for (const Variable v : variables_of(law)) variables.emplace_back(info(v).symbol);
  for (const CoefficientInfo& c : coefficients_of(law)) coefficients.emplace_back(c.name);
  const Formula formula(expression, variables, coefficients);
  Random random(7);
  for (int trial = 0; trial < 200; ++trial) {
    std::array<double, kP> theta;
    for (std::size_t p = 0; p < kP; ++p) {
      const CoefficientInfo& c = coefficients_of(law)[p];
      theta[p] = random.uniform(c.start_low, c.start_high);
    }
    std::array<double, kNumVariablesOf<L>> log_x;
    for (double& x : log_x) x = random.uniform(0.0, 25.0);
    const auto parameters = dual_parameters<2>(theta);
    const auto own = log_loss<L>(formula, parameters, log_x, std::make_index_sequence<kP>{});
    const auto built_in = law.log_loss(parameters, log_x);
    CHECK(own.value == Approx(built_in.value).epsilon(1e-12).margin(1e-12));
    for (std::size_t i = 0, pair = 0; i < kP; ++i) {
      CHECK(own.grad[i] == Approx(built_in.grad[i]).epsilon(1e-12));
      for (std::size_t j = 0; j <= i; ++j, ++pair) {
        // The second derivative of a logarithm is the difference of two terms of which this is one.
        const double term = std::abs(built_in.grad[i] * built_in.grad[j]);
        CHECK(own.hess[pair] == Approx(built_in.hess[pair]).epsilon(1e-12).margin(1e-12 * term));
      }
    }
  }
}

TEST_CASE("Formula: chinchilla as a text has the values and derivatives of the law",
          "[formula][identity]") {
  check_same(Chinchilla{}, "E + A*N^-alpha + B*D^-beta");
  check_same(Chinchilla{}, "E + A/N^alpha + B/D^beta");
}

TEST_CASE("Formula: fine-grained-moe as a text has the values and derivatives of the law",
          "[formula][identity]") {
  check_same(FineGrainedMoe{}, "c + (g/G^gamma + a)/N^alpha + b/D^beta");
}

}  // namespace
}  // namespace isoflop::shipped_laws_test
