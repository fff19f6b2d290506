#include <nlohmann/json.hpp>

#include "api/granularity_fields.hpp"
#include "api/planner_choice.hpp"
#include "api/time_choice.hpp"

namespace isoflop::api {

using Json = nlohmann::ordered_json;

namespace {

Json json_of(const GranularityColumn& column) {
  Json rows = Json::array();
  for (const SameCostRun& r : column.runs) {
    rows.push_back({{"granularity", r.granularity},
                    {"d_tokens", r.d_tokens},
                    {"loss", r.loss},
                    {"extrapolates_time", r.extrapolates_time}});
  }
  return {{"by", column.by},
          {"best_granularity", best_of(column.runs).granularity},
          {"runs", std::move(rows)}};
}

}  // namespace

void list_fields(FieldVisitor& f, GranularityRequest& request) {
  list_fields(f, request.planner);
  f.number("n_active", request.n_active, Numbers::kPositive);
  f.number("d", request.d, Numbers::kPositive);
  f.number("reference", request.reference, Numbers::kPositive);
  f.number("max_g", request.max_g, Numbers::kPositive);
  list_but_micro_batch(f, request.time);
  f.texts("micro_batch", request.micro_batch);
}

GranularityRequest granularity_request(const Json& request) {
  return read_request<GranularityRequest>(request);
}

Json to_json(const GranularityRequest& request) { return request_json("granularity", request); }

Json to_json(const GranularityOutcome& outcome) {
  const GranularityRequest& request = outcome.request;
  Json out;
  out["format"] = kGranularityFormat;
  out["law"] = request.planner.law.law;
  out["n_active"] = request.n_active;
  out["reference"] = {{"granularity", request.reference}, {"d_tokens", request.d}};
  out["columns"] = Json::array();
  for (const GranularityColumn& column : outcome.columns) out["columns"].push_back(json_of(column));
  return with_provenance(std::move(out), to_json(request), outcome.inputs);
}

}  // namespace isoflop::api
