#include <nlohmann/json.hpp>

#include "api/reproduce_fields.hpp"
#include "io/json_values.hpp"
#include "isoflop/api/reproduce.hpp"

namespace isoflop::api {

using Json = nlohmann::ordered_json;

namespace {

using detail::finite_or_null;

Json data_to_json(const std::optional<PublicData>& data) {
  if (!data) return nullptr;
  return {{"source", data->source}, {"making", data->making}, {"sha256", data->sha256}};
}

const char* verdict(bool reproduced) { return reproduced ? "reproduced" : "differs"; }

Json list_of_recipes() {
  Json out;
  for (const Recipe& recipe : recipes()) {
    out.push_back({{"name", recipe.name},
                   {"title", recipe.title},
                   {"source", recipe.source},
                   {"data", data_to_json(recipe.data)}});
  }
  return out;
}

Json derived_to_json(const DerivedNumber& f) {
  return {{"name", f.name},
          {"published", f.published},
          {"ours", finite_or_null(f.ours)},
          {"difference", finite_or_null(f.difference())},
          {"tolerance", f.tolerance},
          {"tolerance_is", f.relative ? "relative" : "absolute"},
          {"reason", f.reason},
          {"verdict", verdict(f.reproduced())}};
}

}  // namespace

void list_fields(FieldVisitor& f, ReproduceRequest& request) {
  f.text("name", request.name);
  f.file("data", request.data);
  f.count("threads", request.threads, 0);
}

ReproduceRequest reproduce_request(const Json& json) {
  return read_request<ReproduceRequest>(json);
}

Json to_json(const ReproduceRequest& request) { return request_json("reproduce", request); }

Json to_json(const ReproduceOutcome& outcome) {
  Json out;
  out["format"] = "isoflop.reproduce/1";
  if (!outcome.recipe) {
    out["reproductions"] = list_of_recipes();
  } else {
    const Recipe& recipe = *outcome.recipe;
    out["name"] = recipe.name;
    out["title"] = recipe.title;
    out["source"] = recipe.source;
    out["verdict"] = verdict(outcome.reproduced());
    out["figures"] = Json::array();
    for (const DerivedNumber& f : outcome.figures) out["figures"].push_back(derived_to_json(f));
    out["data"] = data_to_json(recipe.data);
    out["note"] = recipe.note;
  }
  return with_provenance(std::move(out), to_json(outcome.request), outcome.inputs);
}

}  // namespace isoflop::api
