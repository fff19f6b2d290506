#include "isoflop/convention/of_rates.hpp"

#include <cmath>

#include "isoflop/convention/experts.hpp"
#include "isoflop/convention/granularity.hpp"
#include "isoflop/convention/law_variables.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop {
namespace {

/// Of k0 and E, whatever they are: a law of the share of experts that a token uses.
bool is_of_ratio(const LawRecord& law) {
  return law_has_variable(law, Variable::kS) || law_has_variable(law, Variable::kA);
}

}  // namespace

std::optional<Converted> from_rates(const LawRecord& law, Variable variable,
                                    const ExpertRates& rates) {
  if (variable == Variable::kG && rates.granularity) {
    return granularity_of_law(law, *rates.granularity);
  }
  if (!rates.expansion) return std::nullopt;
  const double per_expert = rates.k0 / *rates.expansion;
  const std::string experts =
      "k0 = " + format_number(rates.k0) + " of E = " + format_number(*rates.expansion);
  if (variable == Variable::kE) return Converted{*rates.expansion, "E as it was said"};
  if (variable == Variable::kS) return Converted{1.0 - per_expert, "S is 1 less " + experts};
  if (variable == Variable::kA) return Converted{per_expert, "A is " + experts};
  return std::nullopt;
}

ExpertRates rates_at(const LawRecord& law, const std::array<double, kNumVariables>& values) {
  ExpertRates out;
  out.expansion = law.expansion;
  const double g = values[index_of(Variable::kG)] * common_granularity_per(law.g_means);
  if (std::isfinite(g)) out.granularity = g;
  return out;
}

bool knows_experts(const LawRecord& law) {
  return law_has_variable(law, Variable::kE) || is_of_ratio(law) || has_granularity(law) ||
         law.expansion;
}

void require_holds_at(const LawRecord& law, const std::string& name, const ExpertRates& rates) {
  if (law.expansion && rates.expansion &&
      std::abs(*rates.expansion - *law.expansion) > 1e-9 * *law.expansion) {
    throw InvalidArgument("expansion",
                          "E = " + format_number(*rates.expansion) + " contradicts " + name +
                              ", which holds for E = " + format_number(*law.expansion));
  }
  const bool of_ratio = is_of_ratio(law);
  if (!of_ratio) require_unsplit(rates);
  if (!has_granularity(law) && !of_ratio && rates.granularity && *rates.granularity != 1.0) {
    throw InvalidArgument("granularity", "G = " + format_number(*rates.granularity) + ": the law " +
                                             law.law.name() +
                                             " has no granularity, it holds for G = 1");
  }
}

}  // namespace isoflop
