#include "isoflop/laws/coefficients.hpp"

#include <sstream>
#include <string>

#include "isoflop/error.hpp"

namespace isoflop {

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
    const CoefficientInfo& info = law.coefficients[p];
    if (coefficients[p] >= info.lower * (1 - 1e-9) && coefficients[p] <= info.upper * (1 + 1e-9)) {
      continue;
    }
    std::ostringstream text;
    text << "coefficient " << info.name << " must lie between " << info.lower << " and "
         << info.upper;
    throw InvalidArgument(text.str());
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

}  // namespace isoflop
