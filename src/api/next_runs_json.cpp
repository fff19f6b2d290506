#include <cmath>
#include <nlohmann/json.hpp>

#include "api/next_runs_fields.hpp"
#include "api/planner_choice.hpp"

namespace isoflop::api {

using Json = nlohmann::ordered_json;

namespace {

Json json_of(const ExpectedInterval& x) {
  return {{"estimate", x.estimate},
          {"now", {x.now.low, x.now.high}},
          {"expected", {x.after.low, x.after.high}},
          {"width_left", x.width_left()}};
}

Json runs_of(const NextRunsOutcome& outcome) {
  const bool with_g = has_granularity(outcome.problem.law);
  Json out = Json::array();
  for (const RunToTrain& run : outcome.answer.runs) {
    out.push_back({{"n", std::round(run.n_law)},
                   {"d", std::round(run.d_tokens)},
                   {"g", with_g ? Json(run.granularity) : Json(nullptr)},
                   {"flops", run.flops}});
  }
  return out;
}

}  // namespace

void list_fields(FieldVisitor& f, NextRunsRequest& request) {
  f.file("law", request.law.law);
  f.number("target_flops", request.target_flops, Numbers::kPositive);
  f.number("budget_flops", request.budget_flops, Numbers::kPositive);
  f.count("runs", request.runs, 1);
  f.number("noise", request.noise, Numbers::kPositive);
  f.number("reach", request.reach, Numbers::kAny);
  f.number("max_n", request.max_n, Numbers::kPositive);
  f.number("max_d", request.max_d, Numbers::kPositive);
  f.number("max_g", request.max_g, Numbers::kPositive);
  list_fields(f, request.accounting);
  f.text("n_means", request.law.n_means);
  f.number("expansion", request.law.expansion, Numbers::kAny);
  f.variable(info(Variable::kU), request.u);
  f.variable(info(Variable::kS), request.s);
  f.named_numbers("set", request.set);
  f.flag("accept_unconverged", request.law.accept_unconverged);
}

NextRunsRequest next_runs_request(const Json& request) {
  return read_request<NextRunsRequest>(request);
}

Json to_json(const NextRunsRequest& request) { return request_json("next_runs", request); }

Json to_json(const NextRunsOutcome& outcome) {
  const NextRuns& answer = outcome.answer;
  Json out;
  out["format"] = kNextRunsFormat;
  out["law"] = outcome.request.law.law;
  out["target_flops"] = outcome.question.target_flops;
  out["budget_flops"] = outcome.question.budget_flops;
  out["max_runs"] = outcome.question.max_runs;
  out["noise"] = outcome.noise;
  out["refit_noise"] = outcome.question.noise;
  out["draws"] = answer.num_draws;
  out["draws_without_plan"] = answer.num_without_plan;
  out["candidates"] = answer.num_candidates;
  out["runs"] = runs_of(outcome);
  out["flops"] = outcome.total_flops();
  out["plan"]["n"] = json_of(answer.n_law);
  out["plan"]["d"] = json_of(answer.d_tokens);
  out["plan"]["loss"] = json_of(answer.loss);
  if (answer.granularity) out["plan"]["g"] = json_of(*answer.granularity);
  return with_provenance(std::move(out), to_json(outcome.request), outcome.inputs);
}

}  // namespace isoflop::api
