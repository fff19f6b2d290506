/// The coefficients of a law in its own units, and on the axis on which they are optimised.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "isoflop/laws/law_facts.hpp"

namespace isoflop {

inline double to_axis(const CoefficientInfo& info, double value) {
  return info.scale == Scale::kLog ? std::log(value) : value;
}
inline double from_axis(const CoefficientInfo& info, double theta) {
  return info.scale == Scale::kLog ? std::exp(theta) : theta;
}

/// Whether a bound of a shipped law means something: an irreducible loss and the size of an
/// exponent with a sign end at 1e-3, some counts at 1. All others only keep the search in.
inline bool bound_means_something(double bound) {
  return std::abs(bound) <= kIrreducibleLossFloor || bound == 1.0;
}

/// The coefficient with the bounds beyond which no fit looks and no law file goes. Those that mean
/// something stay; the others move outward by three times the width of the box, on the axis of the
/// optimiser.
CoefficientInfo widest(CoefficientInfo info);

/// Theta [theta_size] from coefficients [P] in the law's order; zero beyond them. Throws
/// InvalidArgument for a wrong count, a value that is not finite, or a scale that is not positive.
std::vector<double> to_axis(const LawFacts& law, std::span<const double> coefficients);
void to_axis(const LawFacts& law, std::span<const double> coefficients, std::span<double> theta);

/// Throws InvalidArgument as to_axis does, and for a coefficient outside its law's bounds: those of
/// widest() where a law that ships has them (with room for the rounding of a logarithm).
void require_in_bounds(const LawFacts& law, std::span<const double> coefficients);

/// Index of the coefficient of this name. Throws InvalidArgument, naming those there are.
std::size_t coefficient_index(const LawFacts& law, std::string_view name);

/// A clause for each coefficient of which draws [][P] lie on one of its bounds: "297 of 999 draws
/// sit at c's floor". A coefficient that no draw moves has none.
std::vector<std::string> draws_at_bounds(const LawFacts& law,
                                         const std::vector<std::vector<double>>& draws);

template <Law L>
std::array<double, kNumCoefficients<L>> to_axis(const L& law,
                                                std::span<const double> coefficients) {
  std::array<double, kNumCoefficients<L>> theta{};
  to_axis(facts_of(law), coefficients, theta);
  return theta;
}

/// The loss in nats per token; coefficients [P] and variables [V] in the law's own units.
template <Law L>
double loss(const L& law, std::span<const double> coefficients,
            std::span<const double, kNumVariablesOf<L>> x) {
  std::array<double, kNumVariablesOf<L>> log_x;
  const std::span<const Variable> variables = variables_of(law);
  for (std::size_t v = 0; v < log_x.size(); ++v) {
    log_x[v] = v < variables.size() ? law_input(variables[v], x[v]) : log_value(x[v]);
  }
  return prediction_of(law, to_axis(law, coefficients), log_x);
}

}  // namespace isoflop
