#include <nlohmann/json.hpp>

#include "api/doubt_choice.hpp"
#include "api/frontier_fields.hpp"
#include "api/plan_json.hpp"
#include "api/planner_choice.hpp"
#include "api/versus_column.hpp"
#include "io/json_values.hpp"

namespace isoflop::api {

using Json = nlohmann::ordered_json;
using detail::number_or_null;

void list_fields(FieldVisitor& f, FrontierRequest& request) {
  list_fields(f, request.planner);
  f.number("from", request.from, Numbers::kPositive);
  f.number("to", request.to, Numbers::kPositive);
  f.count("points", request.points, 2);
  f.names("versus", request.versus, Names::kRivals);
  f.count("threads", request.threads, 0);
  list_fields(f, request.doubt, false);
}

FrontierRequest frontier_request(const Json& request) {
  return read_request<FrontierRequest>(request);
}

Json to_json(const FrontierRequest& request) { return request_json("frontier", request); }

Json to_json(const FrontierOutcome& outcome) {
  Json out;
  out["format"] = kFrontierFormat;
  out["law"] = outcome.request.planner.law.law;
  out["cost"] = cost_json(cost_terms(outcome.problem));
  out["expansion"] = number_or_null(outcome.problem.law.expansion);
  out["switches"] = Json::array();
  for (const GranularitySwitch& s : outcome.curve.switches) {
    out["switches"].push_back({{"granularity", s.granularity}, {"from_flops", s.from_budget}});
  }
  out["plans"] = Json::array();
  const LawFacts facts = facts_of(outcome.problem.law.law);
  for (std::size_t i = 0; i < outcome.curve.plans.size(); ++i) {
    Json plan = plan_to_json(facts, outcome.curve.plans[i]);
    if (!outcome.versus.empty()) plan["versus"] = versus_json(outcome.problem, outcome.versus, i);
    out["plans"].push_back(std::move(plan));
  }
  return with_provenance(std::move(out), to_json(outcome.request), outcome.inputs);
}

}  // namespace isoflop::api
