#include "isoflop/api/laws.hpp"

#include "api/laws_fields.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/laws/list.hpp"

namespace isoflop::api {
namespace {

template <Law L>
FormulaCard card_of() {
  FormulaCard out{std::string(L::kName), std::string(L::kFormula), std::string(L::kSource), {}, {}};
  out.variables.assign(L::kVariables.begin(), L::kVariables.end());
  for (const CoefficientInfo& c : L::kCoefficients) {
    out.coefficients.push_back({std::string(c.name), std::string(c.meaning), c.lower, c.upper});
  }
  return out;
}

}  // namespace

LawsOutcome laws(const LawsRequest& request, const Context&) {
  LawsOutcome out;
  out.request = request;
  out.inputs = inputs_of(request);
  if (request.name.empty()) {
    for_each_law([&]<Law L>() { out.formulas.push_back(card_of<L>()); });
    out.laws = preset_laws();
    return out;
  }
  std::string formula = request.name;
  if (!is_law_name(request.name)) {
    out.laws.push_back(find_law(request.name));
    formula = out.laws.front().law;
  }
  visit_law(formula, [&]<Law L>() { out.formulas.push_back(card_of<L>()); });
  return out;
}

}  // namespace isoflop::api
