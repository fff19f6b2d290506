#include <nlohmann/json.hpp>

#include "api/experts.hpp"
#include "api/fields.hpp"
#include "api/predict_fields.hpp"
#include "isoflop/api/predict.hpp"
#include "isoflop/laws/law_facts.hpp"

namespace isoflop::api {

using Json = nlohmann::ordered_json;

void list_fields(FieldVisitor& f, PredictRequest& request) {
  f.file("law", request.law.law);
  for (const VariableInfo& v : kVariables) f.variable(v, request.values[index_of(v.id)]);
  f.named_numbers("set", request.set);
  f.file("shape", request.shape);
  list_fields(f, request.experts);
  f.flag("accept_unconverged", request.law.accept_unconverged);
}

PredictRequest predict_request(const Json& json) { return read_request<PredictRequest>(json); }

Json to_json(const PredictRequest& request) { return request_json("predict", request); }

Json to_json(const PredictOutcome& outcome) {
  Json out;
  out["format"] = "isoflop.predict/1";
  out["law"] = outcome.request.law.law;
  for (const VariableInfo& v : kVariables) {
    const double x = outcome.values[index_of(v.id)];
    if (!std::isnan(x)) out[std::string(v.key)] = x;
  }
  for (const VariableInfo& v : facts_of(outcome.law.law).own_variables) {
    out["set"][std::string(v.symbol)] = outcome.values[index_of(v.id)];
  }
  out[outcome.target_key] = outcome.value;
  if (outcome.bits_per_byte) out["bits_per_byte"] = *outcome.bits_per_byte;
  for (const PredictFigure& figure : outcome.figures) out[figure.key] = figure.value;
  out["interval"] = nullptr;
  if (outcome.interval.method != IntervalMethod::kNone) {
    out["interval"] = {outcome.interval.range.low, outcome.interval.range.high};
  }
  out["curve"] = out["interval"];
  const EstimatedInterval& new_run = outcome.new_run.interval;
  out["new_run"] = nullptr;
  if (new_run.method != IntervalMethod::kNone) {
    out["new_run"] = {new_run.range.low, new_run.range.high};
  }
  if (outcome.new_run.factor) out["new_run_widened"] = *outcome.new_run.factor;
  out["extrapolates"] = outcome.outside.empty() ? Json::array() : Json(outcome.outside);
  if (!outcome.conversions.empty()) out["conversions"] = outcome.conversions;
  if (!outcome.notes.empty()) out["notes"] = outcome.notes;
  if (outcome.layer) {
    out["experts"] = experts_to_json(*outcome.layer);
  } else if (outcome.rates) {
    out["experts"] = rates_to_json(*outcome.rates);
  }
  return with_provenance(std::move(out), to_json(outcome.request), outcome.inputs);
}

}  // namespace isoflop::api
