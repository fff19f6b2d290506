#include <nlohmann/json.hpp>

#include "api/laws_fields.hpp"
#include "isoflop/io/hyperparameters_file.hpp"
#include "isoflop/io/law_file.hpp"

namespace isoflop::api {

using Json = nlohmann::ordered_json;

void list_fields(FieldVisitor& f, LawsRequest& request) { f.file("name", request.name); }

LawsRequest laws_request(const Json& json) { return read_request<LawsRequest>(json); }

Json to_json(const LawsRequest& request) { return request_json("laws", request); }

namespace {

Json formula_to_json(const FormulaCard& card) {
  Json out;
  out["name"] = card.name;
  out["formula"] = card.formula;
  out["source"] = card.source;
  for (const Variable v : card.variables) {
    out["variables"].push_back(
        {{"key", info(v).key}, {"symbol", info(v).symbol}, {"meaning", info(v).meaning}});
  }
  for (const FormulaCard::Coefficient& c : card.coefficients) {
    out["coefficients"].push_back(
        {{"name", c.name}, {"meaning", c.meaning}, {"lower", c.lower}, {"upper", c.upper}});
  }
  return out;
}

Json everything(const LawsOutcome& outcome) {
  Json out;
  out["format"] = "isoflop.laws/1";
  for (const FormulaCard& card : outcome.formulas) out["laws"].push_back(formula_to_json(card));
  for (const LawRecord& law : outcome.laws) out["published"].push_back(law_to_json(law));
  for (const HyperparameterLaw& law : outcome.hyperparameters) {
    out["hyperparameters"].push_back(hyperparameters_to_json(law));
  }
  return out;
}

}  // namespace

Json to_json(const LawsOutcome& outcome) {
  Json out = outcome.request.name.empty()   ? everything(outcome)
             : outcome.is_hyperparameters() ? hyperparameters_to_json(outcome.hyperparameters[0])
             : outcome.is_formula()         ? formula_to_json(outcome.formulas.front())
                                            : law_to_json(outcome.laws.front());
  return with_provenance(std::move(out), to_json(outcome.request), outcome.inputs);
}

}  // namespace isoflop::api
