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
      require(!std::isfinite(dual.value) || !std::isfinite(plain) ||
                  std::abs(dual.value - plain) <= 1e-9 * std::abs(plain),
              "a formula has one value");
    } catch (const FormulaError& fault) {
      require(fault.position() <= input.size(), "a fault lies within the text");
      throw;
    }
  });
}

}  // namespace isoflop::fuzz
