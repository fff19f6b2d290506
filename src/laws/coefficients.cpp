#include "isoflop/laws/coefficients.hpp"

#include <algorithm>
#include <string>

#include "isoflop/core/decimal.hpp"
#include "isoflop/error.hpp"

namespace isoflop {

CoefficientInfo widest(CoefficientInfo info) {
  constexpr double kTimes = 3.0;
  const double low = to_axis(info, info.lower), high = to_axis(info, info.upper);
  const double room = kTimes * (high - low);
  if (!bound_means_something(info.lower)) info.lower = from_axis(info, low - room);
  if (!bound_means_something(info.upper)) info.upper = from_axis(info, high + room);
  return info;
}

void to_axis(const LawFacts& law, std::span<const double> coefficients, std::span<double> theta) {
  if (coefficients.size() != law.coefficients.size()) {
    throw InvalidArgument("the law " + std::string(law.name) + " has " +
                          std::to_string(law.coefficients.size()) + " coefficients");
  }
  for (std::size_t p = 0; p < coefficients.size(); ++p) {
    const CoefficientInfo& info = law.coefficients[p];
    const bool positive_needed = info.scale == Scale::kLog;
    if (!std::isfinite(coefficients[p]) || (positive_needed && coefficients[p] <= 0.0)) {
      throw InvalidArgument("coefficient " + std::string(info.name) + " must be a " +
                            (positive_needed ? "positive " : "") + "finite number");
    }
    theta[p] = to_axis(info, coefficients[p]);
  }
}

std::vector<double> to_axis(const LawFacts& law, std::span<const double> coefficients) {
  std::vector<double> theta(law.theta_size, 0.0);
  to_axis(law, coefficients, theta);
  return theta;
}

void require_in_bounds(const LawFacts& law, std::span<const double> coefficients) {
  to_axis(law, coefficients);
  for (std::size_t p = 0; p < coefficients.size(); ++p) {
    const CoefficientInfo& own = law.coefficients[p];
    const CoefficientInfo info = law.bounds_are_given ? own : widest(own);
    const double low = info.lower - 1e-9 * std::abs(info.lower);
    const double high = info.upper + 1e-9 * std::abs(info.upper);
    if (coefficients[p] >= low && coefficients[p] <= high) continue;
    throw InvalidArgument("coefficient " + std::string(info.name) + " must lie between " +
                          general_decimal(info.lower, 6) + " and " +
                          general_decimal(info.upper, 6));
  }
}

std::size_t coefficient_index(const LawFacts& law, std::string_view name) {
  std::string known;
  for (std::size_t p = 0; p < law.coefficients.size(); ++p) {
    if (law.coefficients[p].name == name) return p;
    known += " " + std::string(law.coefficients[p].name);
  }
  throw InvalidArgument("the law " + std::string(law.name) + " has no coefficient \"" +
                        std::string(name) + "\"; it has:" + known);
}

std::vector<std::string> draws_at_bounds(const LawFacts& law,
                                         const std::vector<std::vector<double>>& draws) {
  std::vector<std::string> out;
  for (std::size_t p = 0; p < law.coefficients.size(); ++p) {
    const CoefficientInfo& own = law.coefficients[p];
    const auto count = [&](double value) {
      return std::count_if(draws.begin(), draws.end(),
                           [&](const auto& draw) { return draw[p] == value; });
    };
    const auto all = static_cast<std::ptrdiff_t>(draws.size());
    for (const auto& [bound, name] : {std::pair{own.lower, "floor"}, {own.upper, "ceiling"}}) {
      const auto at_bound = count(bound);
      if (at_bound == 0 || at_bound == all) continue;
      out.push_back(std::to_string(at_bound) + " of " + std::to_string(all) +
                    (at_bound == 1 ? " draws sits at " : " draws sit at ") + std::string(own.name) +
                    "'s " + name);
    }
  }
  return out;
}

}  // namespace isoflop
