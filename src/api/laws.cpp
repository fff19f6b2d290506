#include "isoflop/api/laws.hpp"

#include "api/laws_fields.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/laws/list.hpp"

namespace isoflop::api {
namespace {

template <Law L>
FormulaCard card_of(const L& own) {
  FormulaCard out{std::string(name_of(own)),
                  std::string(formula_of(own)),
                  std::string(source_of(own)),
                  {variables_of(own).begin(), variables_of(own).end()},
                  {}};
  for (const CoefficientInfo& c : coefficients_of(own)) {
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
    for_each_law([&](const auto& own) { out.formulas.push_back(card_of(own)); });
    out.laws = preset_laws();
    return out;
  }
  AnyLaw formula = request.name;
  if (!is_law_name(request.name)) {
    out.laws.push_back(find_law(request.name));
    formula = out.laws.front().law;
  }
  visit_law(formula, [&](const auto& own) { out.formulas.push_back(card_of(own)); });
  return out;
}

}  // namespace isoflop::api
