#include <array>
#include <cmath>
#include <nlohmann/json.hpp>

#include "api/envelope_fields.hpp"
#include "api/run_conventions.hpp"
#include "api/runs_choice.hpp"
#include "io/json_values.hpp"
#include "isoflop/api/envelope.hpp"

namespace isoflop::api {

using Json = nlohmann::ordered_json;

namespace {

using detail::finite_or_null;

struct NamedQuantity {
  const char* name;
  SweepQuantity quantity;
};
constexpr std::array<NamedQuantity, 3> kQuantities{
    {{"n", SweepQuantity::kN}, {"d", SweepQuantity::kD}, {"loss", SweepQuantity::kLoss}}};

Json envelope_laws_to_json(const Envelope& envelope) {
  Json out = Json::object();
  for (const auto& [name, quantity] : kQuantities) {
    const PowerLaw& law = envelope.laws[index_of(quantity)];
    if (std::isnan(law.exponent)) continue;
    Range span;
    for (const PowerLaws& laws : envelope.without_one) {
      const double exponent = laws[index_of(quantity)].exponent;
      if (!std::isnan(exponent)) span.include(exponent);
    }
    out[name] = {{"log_scale", law.intercept},
                 {"exponent", law.exponent},
                 {"exponent_without_one_size",
                  span.low <= span.high ? Json::array({span.low, span.high}) : Json(nullptr)}};
  }
  return out;
}

Json points_to_json(const EnvelopeOutcome& outcome) {
  // Columns: the points are many.
  Json out;
  for (const char* name : {"flops", "n", "d", "loss", "run", "at_edge"}) out[name] = Json::array();
  for (const EnvelopePoint& p : outcome.envelope.points) {
    out["flops"].push_back(std::exp(p.log_c));
    out["n"].push_back(std::exp(p.log_n));
    out["d"].push_back(std::exp(p.log_d));
    out["loss"].push_back(std::exp(p.log_loss));
    out["run"].push_back(outcome.curves[p.curve].run);
    out["at_edge"].push_back(p.at_edge);
  }
  return out;
}

}  // namespace

void list_fields(FieldVisitor& f, EnvelopeRequest& request) {
  list_fields(f, request.runs);
  list_fields(f, request.conventions);
  f.text("cost", request.cost);
  f.text("schedule", request.schedule);
  f.count("points", request.points, 2);
  f.flag("keep_edges", request.keep_edges);
  f.amounts("flops", request.flops);
}

EnvelopeRequest envelope_request(const Json& json) { return read_request<EnvelopeRequest>(json); }

Json to_json(const EnvelopeRequest& request) { return request_json("envelope", request); }

Json to_json(const EnvelopeOutcome& outcome) {
  Json out;
  out["format"] = kEnvelopeFormat;
  out["cost"] = outcome.request.cost;
  out["num_checkpoints"] = outcome.num_checkpoints;
  out["num_runs"] = outcome.curves.size();
  if (!outcome.records.read_as.empty()) out["read_as"] = outcome.records.read_as;
  out["schedules"] = Json::array();
  for (const auto& [name, count] : outcome.schedules) {
    out["schedules"].push_back({{"name", name}, {"checkpoints", count}});
  }
  out["num_edge_points"] = outcome.envelope.num_edges;
  out["num_sizes"] = outcome.envelope.num_sizes;
  out["laws"] = envelope_laws_to_json(outcome.envelope);
  out["at"] = Json::array();
  for (std::size_t i = 0; i < outcome.at.size(); ++i) {
    Json one;
    one["flops"] = outcome.request.flops[i];
    for (const auto& [name, quantity] : kQuantities) {
      one[name] = finite_or_null(std::exp(outcome.at[i][index_of(quantity)]));
    }
    out["at"].push_back(one);
  }
  out["points"] = points_to_json(outcome);
  return with_provenance(std::move(out), to_json(outcome.request), outcome.inputs);
}

}  // namespace isoflop::api
