#include "plan/law_facts.hpp"

#include <cmath>

#include "isoflop/laws/coefficients.hpp"
#include "isoflop/laws/list.hpp"

namespace isoflop {

std::vector<Variable> variables_of(const LawRecord& law) {
  return visit_law(law.law, [](const auto& own) {
    const auto variables = variables_of(own);
    return std::vector<Variable>(variables.begin(), variables.end());
  });
}

double predicted(const LawRecord& law, const std::array<double, kNumVariables>& values) {
  return visit_law(law.law, [&]<Law L>(const L& own) {
    const auto variables = variables_of(own);
    std::array<double, kNumVariablesOf<L>> x{};
    for (std::size_t i = 0; i < variables.size(); ++i) x[i] = values[index_of(variables[i])];
    return loss(own, law.coefficients, x);
  });
}

std::optional<double> best_granularity(const LawRecord& law) {
  return visit_law(law.law, [&](const auto& own) -> std::optional<double> {
    if constexpr (requires { own.best_granularity(to_axis(own, law.coefficients)); }) {
      return own.best_granularity(to_axis(own, law.coefficients));
    }
    return std::nullopt;
  });
}

std::optional<double> cutoff_parameters(const LawRecord& law) {
  return visit_law(law.law, [&](const auto& own) -> std::optional<double> {
    if constexpr (requires { own.log10_cutoff(to_axis(own, law.coefficients)); }) {
      return std::pow(10.0, own.log10_cutoff(to_axis(own, law.coefficients)));
    }
    return std::nullopt;
  });
}

}  // namespace isoflop
