#include <cmath>
#include <nlohmann/json.hpp>

#include "api/experts.hpp"
#include "api/show_fields.hpp"
#include "io/json_values.hpp"
#include "isoflop/shape/flop_count.hpp"

namespace isoflop::api {

using Json = nlohmann::ordered_json;

namespace {

using detail::finite_or_null;

Json error_json(const ModelError& error) {
  return {{"rows", error.num_rows},
          {"median", finite_or_null(error.median)},
          {"largest", finite_or_null(error.largest)}};
}

Json models_json(const std::vector<MeasuredGroup>& groups) {
  Json out = Json::array();
  for (const MeasuredGroup& group : groups) {
    for (const CostModelReport& report : group.reports) {
      out.push_back({{"backend", report.backend},
                     {"routing", group.routing},
                     {"regime", to_string(group.regime)},
                     {"capacity_factor", group.capacity_factor},
                     {"pass", to_string(report.pass)},
                     {"in_sample", error_json(report.in_sample)},
                     {"finest_left_out", error_json(report.finest)},
                     {"each_left_out", error_json(report.left_out)}});
    }
  }
  return out;
}

Json cost_json(const RouterCost& x) {
  Json out{{"c_r", x.value},
           {"tokens", x.layer.tokens},
           {"d_model", x.layer.d_model},
           {"experts", experts_to_json(x.layer.experts)},
           {"activation", to_string(x.layer.activation)},
           {"backend", x.backend},
           {"routing", x.routing},
           {"regime", to_string(x.regime)},
           {"graph", x.graph},
           {"time_s", x.time_s},
           {"coarsest_time_s", x.coarsest_time_s}};
  out["interval"] =
      std::isfinite(x.interval.low) ? Json{x.interval.low, x.interval.high} : Json(nullptr);
  return out;
}

}  // namespace

ShowRequest show_request(const Json& json) { return read_request<ShowRequest>(json); }

Json to_json(const ShowRequest& request) { return request_json("show", request); }

Json to_json(const ShowOutcome& outcome) {
  Json costs = Json::array();
  for (const RouterCost& x : outcome.router_costs) costs.push_back(cost_json(x));
  Json out{{"format", "isoflop.show/1"},
           {"source", kCostSourceNames[static_cast<std::size_t>(outcome.table.source)]},
           {"gpu_name", outcome.table.environment.gpu_name},
           {"cost_models", models_json(outcome.groups)},
           {"paper_c_r", kPaperRouterCost},
           {"headline_c_r", outcome.headline ? cost_json(*outcome.headline) : Json(nullptr)},
           {"c_r", std::move(costs)}};
  return with_provenance(std::move(out), to_json(outcome.request), outcome.inputs);
}

}  // namespace isoflop::api
