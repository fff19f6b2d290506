#include <nlohmann/json.hpp>

#include "api/experts.hpp"
#include "api/fit_choice.hpp"
#include "api/planner_choice.hpp"
#include "api/run_conventions.hpp"
#include "api/runs_choice.hpp"
#include "api/sensitivity_fields.hpp"
#include "io/json_values.hpp"
#include "isoflop/api/sensitivity.hpp"
#include "isoflop/plan/experts_of_plan.hpp"

namespace isoflop::api {

using Json = nlohmann::ordered_json;

namespace {

using detail::finite_or_null;
using detail::number_or_null;

void add_decision(const PlanProblem& problem, const Decision& d, Json& out) {
  out["status"] = to_string(d.status);
  out["plan_status"] = to_string(d.plan.status);
  out["note"] = d.note.empty() ? Json(nullptr) : Json(d.note);
  out["n_total"] = finite_or_null(d.plan.n_total);
  out["n_active"] = finite_or_null(d.plan.n_active);
  out["d_tokens"] = finite_or_null(d.plan.d_tokens);
  out["tokens_per_active_parameter"] = finite_or_null(d.plan.tokens_per_active_parameter());
  out["granularity"] = finite_or_null(d.plan.granularity);
  out["loss"] = finite_or_null(d.plan.loss);
  const auto rates = rates_of_plan(problem, d.plan);
  out["experts"] = rates && d.plan.usable() ? rates_to_json(*rates, d_ff_of_plan(problem, d.plan))
                                            : Json(nullptr);
}

Json row_to_json(const PlanProblem& problem, const Decision& d) {
  Json out;
  out["group"] = d.group;
  out["label"] = d.label;
  out["num_runs"] = d.num_runs;
  out["objective"] = finite_or_null(d.objective);
  add_decision(problem, d, out);
  if (!d.dropped_lines.empty()) out["dropped_lines"] = d.dropped_lines;
  return out;
}

Json influence_to_json(const SensitivityOutcome& outcome) {
  Json out = Json::array();
  for (const Influence& i : outcome.influence) {
    Json one;
    one["line"] = i.line;
    one["log_residual"] = finite_or_null(i.log_residual);
    one["change_log_n"] = finite_or_null(i.change_log_n);
    add_decision(outcome.problem, i.decision, one);
    out.push_back(one);
  }
  return out;
}

}  // namespace

void list_fields(FieldVisitor& f, SensitivityRequest& request) {
  list_fields(f, request.runs);
  f.file("law", request.law);
  f.number("flops", request.flops, Numbers::kPositive);
  list_fields(f, request.conventions);
  list_fields(f, request.accounting);
  list_fields(f, request.fit);
  f.named_numbers("set", request.set);
}

SensitivityRequest sensitivity_request(const Json& json) {
  return read_request<SensitivityRequest>(json);
}

Json to_json(const SensitivityRequest& request) { return request_json("sensitivity", request); }

Json to_json(const SensitivityOutcome& outcome) {
  const PlanProblem& problem = outcome.problem;
  Json out;
  out["format"] = "isoflop.sensitivity/1";
  out["law"] = problem.law.law.name();
  out["budget_flops"] = number_or_null(outcome.request.flops);
  out["cost"] = problem.accounting == FlopAccounting::kPaper ? "paper" : "6nd";
  out["expansion"] = number_or_null(problem.law.expansion);
  if (!outcome.records.read_as.empty()) out["read_as"] = outcome.records.read_as;
  out["base"] = row_to_json(problem, outcome.base);
  out["rows"] = Json::array();
  for (const Decision& row : outcome.rows) out["rows"].push_back(row_to_json(problem, row));
  out["runs_left_out"] = outcome.num_left_out;
  out["influence"] = influence_to_json(outcome);
  out["tokens_per_active_parameter_span"] =
      outcome.span ? Json::array({outcome.span->low, outcome.span->high}) : Json(nullptr);
  return with_provenance(std::move(out), to_json(outcome.request), outcome.inputs);
}

}  // namespace isoflop::api
