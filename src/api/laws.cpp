#include "isoflop/api/laws.hpp"

#include <algorithm>

#include "api/laws_fields.hpp"
#include "isoflop/io/hyperparameters_file.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/laws/law_facts.hpp"

namespace isoflop::api {
namespace {

FormulaCard card_of(const AnyLaw& law) {
  const LawFacts facts = facts_of(law);
  FormulaCard out{
      std::string(facts.name), std::string(facts.formula), std::string(facts.source), {}, {}};
  out.variables.assign(facts.variables.begin(), facts.variables.end());
  for (const CoefficientInfo& c : facts.coefficients) {
    out.coefficients.push_back({std::string(c.name), std::string(c.meaning), c.lower, c.upper});
  }
  return out;
}

bool names_hyperparameters(const std::string& name) {
  const auto& ship = preset_hyperparameters();
  return std::any_of(ship.begin(), ship.end(),
                     [&](const HyperparameterLaw& law) { return law.name == name; }) ||
         (!is_law_name(name) && is_hyperparameters_file(name));
}

}  // namespace

LawsOutcome laws(const LawsRequest& request, const Context&) {
  LawsOutcome out;
  out.request = request;
  out.inputs = inputs_of(request);
  if (request.name.empty()) {
    for (const std::string_view law : law_names()) out.formulas.push_back(card_of(law));
    out.laws = preset_laws();
    out.hyperparameters = preset_hyperparameters();
    return out;
  }
  if (names_hyperparameters(request.name)) {
    out.hyperparameters.push_back(find_hyperparameters(request.name));
    return out;
  }
  AnyLaw formula = request.name;
  if (!is_law_name(request.name)) {
    out.laws.push_back(find_law(request.name));
    formula = out.laws.front().law;
  }
  out.formulas.push_back(card_of(formula));
  return out;
}

}  // namespace isoflop::api
