#include <nlohmann/json.hpp>

#include "api/compare_fields.hpp"
#include "api/experts.hpp"

namespace isoflop::api {

using Json = nlohmann::ordered_json;

CompareRequest compare_request(const Json& json) { return read_request<CompareRequest>(json); }

Json to_json(const CompareRequest& request) { return request_json("compare", request); }

Json to_json(const CompareOutcome& outcome) {
  Json rows = Json::array();
  for (const CostPair& x : outcome.pairs) {
    rows.push_back({{"backend_a", x.a.backend},
                    {"backend_b", x.b.backend},
                    {"tokens", x.a.layer.tokens},
                    {"d_model", x.a.layer.d_model},
                    {"experts", experts_to_json(x.a.layer.experts)},
                    {"pass", to_string(x.a.pass)},
                    {"stage", to_string(x.a.stage)},
                    {"regime", to_string(x.a.regime)},
                    {"graph", x.a.graph},
                    {"a_s", x.a.time_s},
                    {"b_s", x.b.time_s},
                    {"ratio", x.ratio()},
                    {"interval", {x.low(), x.high()}},
                    {"verdict", x.verdict()}});
  }
  return with_provenance({{"format", "isoflop.compare/1"}, {"rows", std::move(rows)}},
                         to_json(outcome.request), outcome.inputs);
}

}  // namespace isoflop::api
