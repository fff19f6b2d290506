/// The coefficients of a law in its own units, and on the axis on which they are optimised.
#pragma once

#include <array>
#include <cmath>
#include <span>
#include <sstream>
#include <string>
#include <string_view>

#include "isoflop/error.hpp"
#include "isoflop/laws/law.hpp"

namespace isoflop {

inline double to_axis(const CoefficientInfo& info, double value) {
  return info.scale == Scale::kLog ? std::log(value) : value;
}
inline double from_axis(const CoefficientInfo& info, double theta) {
  return info.scale == Scale::kLog ? std::exp(theta) : theta;
}

/// theta [P] from coefficients [P] in the law's order. Throws InvalidArgument for a
/// wrong count, a value that is not finite, or a scale that is not positive.
template <Law L>
std::array<double, kNumCoefficients<L>> to_axis(const L& law,
                                                std::span<const double> coefficients) {
  const std::span<const CoefficientInfo> known = coefficients_of(law);
  if (coefficients.size() != known.size()) {
    throw InvalidArgument("the law " + std::string(name_of(law)) + " has " +
                          std::to_string(known.size()) + " coefficients");
  }
  std::array<double, kNumCoefficients<L>> theta{};
  for (std::size_t p = 0; p < coefficients.size(); ++p) {
    const CoefficientInfo& info = known[p];
    const bool positive_needed = info.scale == Scale::kLog;
    if (!std::isfinite(coefficients[p]) || (positive_needed && coefficients[p] <= 0.0)) {
      throw InvalidArgument("coefficient " + std::string(info.name) + " must be a " +
                            (positive_needed ? "positive " : "") + "finite number");
    }
    theta[p] = to_axis(info, coefficients[p]);
  }
  return theta;
}

/// Throws InvalidArgument as to_axis does, and for a coefficient outside its law's bounds (with
/// room for the rounding of a logarithm).
template <Law L>
void require_in_bounds(const L& law, std::span<const double> coefficients) {
  to_axis(law, coefficients);
  for (std::size_t p = 0; p < coefficients.size(); ++p) {
    const CoefficientInfo& info = coefficients_of(law)[p];
    if (coefficients[p] >= info.lower * (1 - 1e-9) && coefficients[p] <= info.upper * (1 + 1e-9)) {
      continue;
    }
    std::ostringstream text;
    text << "coefficient " << info.name << " must lie between " << info.lower << " and "
         << info.upper;
    throw InvalidArgument(text.str());
  }
}

/// Index of the coefficient of this name. Throws InvalidArgument, naming those there are.
template <Law L>
std::size_t coefficient_index(const L& law, std::string_view name) {
  std::string known;
  for (std::size_t p = 0; p < coefficients_of(law).size(); ++p) {
    if (coefficients_of(law)[p].name == name) return p;
    known += " " + std::string(coefficients_of(law)[p].name);
  }
  throw InvalidArgument("the law " + std::string(name_of(law)) + " has no coefficient \"" +
                        std::string(name) + "\"; it has:" + known);
}

/// The loss in nats per token; coefficients [P] and variables [V] in the law's own units.
template <Law L>
double loss(const L& law, std::span<const double> coefficients,
            std::span<const double, kNumVariablesOf<L>> x) {
  std::array<double, kNumVariablesOf<L>> log_x;
  for (std::size_t v = 0; v < log_x.size(); ++v) log_x[v] = log_value(x[v]);
  return std::exp(law.log_loss(to_axis(law, coefficients), log_x));
}

}  // namespace isoflop
