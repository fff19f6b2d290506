#include "isoflop/formula/formula.hpp"

#include <array>
#include <cmath>

#include "input.hpp"
#include "targets.hpp"

namespace isoflop::fuzz {

void formula(std::string_view input) {
  refused([&] {
    try {
      const Formula f(std::string(input), {"N", "D", "x"}, {"E", "A", "alpha"},
                      {false, false, true});
      const std::array coefficients{1.7, 400.0, 0.3}, at{20.0, 23.0, -0.5};
      const double plain = f(coefficients, at);
      const auto dual = f(dual_parameters<2>(coefficients), at);
      // Terms that cancel leave their roundings, which grow as the value does with the variables.
      constexpr double kStep = 1e-7;
      const double beside = f(
          coefficients, std::array{at[0] * (1 + kStep), at[1] * (1 + kStep), at[2] * (1 + kStep)});
      const double scale = std::abs(plain) + std::abs(beside - plain) / kStep;
      require(!std::isfinite(dual.value) || !std::isfinite(plain) || !std::isfinite(scale) ||
                  std::abs(dual.value - plain) <= 1e-9 * scale,
              "a formula has one value");
    } catch (const FormulaError& fault) {
      require(fault.position() <= input.size(), "a fault lies within the text");
      throw;
    }
  });
}

}  // namespace isoflop::fuzz
