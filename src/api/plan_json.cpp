#include "api/plan_json.hpp"

#include <nlohmann/json.hpp>

#include "api/budget_choice.hpp"
#include "api/doubt_choice.hpp"
#include "api/embeddings_choice.hpp"
#include "api/experts.hpp"
#include "api/hyperparameter_choice.hpp"
#include "api/plan_answers.hpp"
#include "api/plan_fields.hpp"
#include "api/planner_choice.hpp"
#include "api/shapes_choice.hpp"
#include "api/time_choice.hpp"
#include "api/versus_column.hpp"
#include "io/json_values.hpp"
#include "isoflop/io/hyperparameters_file.hpp"
#include "isoflop/io/model_config.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/plan/experts_of_plan.hpp"

namespace isoflop::api {

using Json = nlohmann::ordered_json;

namespace {

using detail::finite_or_null;
using detail::number_or_null;

/// Of a plan in time regrets are GPU-hours.
Json draws_to_json(const std::optional<PlanDraws>& draws, bool timed) {
  const std::string regret = timed ? "regret_gpu_hours" : "regret_flops";
  const double unit = timed ? kSecondsPerHour : 1.0;
  Json out;
  for (const std::string& key :
       {std::string("interval"), std::string("interval_method"),
        std::string("granularity_frequency"), std::string("curve"), std::string("new_run"), regret,
        regret + "_95", std::string("draws"), std::string("draws_without_plan")}) {
    out[key] = nullptr;
  }
  if (!draws) return out;
  auto add = [&](const char* key, const EstimatedInterval& e) {
    if (e.method == IntervalMethod::kNone) return;
    out["interval"][key] = Json::array({finite_or_null(e.range.low), finite_or_null(e.range.high)});
    out["interval_method"][key] = to_string(e.method);
  };
  add("n_total", draws->n_total);
  add("n_active", draws->n_active);
  add("d_tokens", draws->d_tokens);
  add("tokens_per_active_parameter", draws->tokens_per_active_parameter);
  add("loss", draws->loss);
  add("granularity", draws->granularity);
  for (const auto& [g, share] : draws->granularity_frequency) {
    out["granularity_frequency"][format_number(g)] = share;
  }
  const auto ends = [](const EstimatedInterval& e) {
    if (e.method == IntervalMethod::kNone) return Json(nullptr);
    return Json::array({finite_or_null(e.range.low), finite_or_null(e.range.high)});
  };
  out["curve"] = ends(draws->loss);
  out["new_run"] = ends(draws->new_run.interval);
  if (draws->new_run.factor) out["new_run_widened"] = *draws->new_run.factor;
  out[regret] = finite_or_null(draws->regret / unit);
  out[regret + "_95"] = finite_or_null(draws->regret_95 / unit);
  out["draws"] = draws->num_draws;
  out["draws_without_plan"] = draws->num_without_plan;
  return out;
}

Json coarse_to_json(const CoarsePlan& coarse, bool timed) {
  const double unit = timed ? kSecondsPerHour : 1.0;
  Json out;
  out["n_active"] = finite_or_null(coarse.n_active);
  out["d_tokens"] = finite_or_null(coarse.d_tokens);
  out["loss"] = finite_or_null(coarse.loss);
  out[timed ? "extra_gpu_hours" : "extra_flops"] = finite_or_null(coarse.extra_budget / unit);
  return out;
}

Json expansions_to_json(const std::vector<RivalExpansion>& rivals) {
  Json out = Json::array();
  for (const RivalExpansion& x : rivals) {
    const bool usable = x.status == PlanStatus::kOptimal;
    out.push_back({{"expansion", x.expansion},
                   {"status", to_string(x.status)},
                   {"loss", usable ? Json(x.loss) : Json(nullptr)}});
  }
  return out;
}

Json shape_to_row(const RealShape& s, const LaunchConfig& run) {
  Json row;
  row["shape"] = shape_to_json(s.shape);
  row["granularity"] = s.granularity;
  row["n_law"] = s.n_law;
  row["n_active"] = s.n_active;
  row["params_total"] = s.params.total();
  row["params_active"] = s.params.active();
  row["flops_per_token"] = s.flops_per_token;
  row["d_tokens"] = s.d_tokens;
  row["gpu_hours"] = finite_or_null(s.gpu_hours);
  row["loss"] = s.loss;
  row["excess_loss"] = s.excess_loss;
  row["budget_lost"] = finite_or_null(s.budget_lost);
  row["bytes"] = {{"weights", s.bytes.weights},
                  {"gradients", s.bytes.gradients},
                  {"optimizer", s.bytes.optimizer},
                  {"kv_cache_per_token", s.bytes.kv_cache_per_token}};
  row["run"] = {{"seq_length", run.shape.seq_len},
                {"micro_batch_size", run.micro_batch_size},
                {"global_batch_size", run.global_batch_size},
                {"steps", run.num_steps},
                {"tokens", run.tokens()}};
  return row;
}

/// The shapes as a list; docs/reference/formats.md describes the fields.
Json shapes_to_json(const ShapeAnswer& answer) {
  Json out = Json::array();
  for (std::size_t i = 0; i < answer.runs.size(); ++i) {
    Json& row = out.emplace_back(shape_to_row(answer.search.best[i], answer.runs[i]));
    if (answer.outside.empty()) continue;
    row["run"]["learning_rate"] = number_or_null(answer.runs[i].lr);
    row["run"]["outside"] = outside_json(answer.outside[i]);
  }
  return out;
}

Json row_of(const PlanOutcome& outcome, std::size_t i) {
  const PlanProblem& problem = outcome.problem;
  const Plan& plan = outcome.answers[i].plan;
  Json row = plan_to_json(facts_of(problem.law.law), plan, problem.time.has_value());
  if (plan.usable()) {
    if (const auto rates = rates_of_plan(problem, plan)) {
      row["experts"] = rates_to_json(*rates, d_ff_of_plan(problem, plan));
    }
  }
  add_to_json(problem, outcome.answers[i], row);
  if (!outcome.versus.empty()) row["versus"] = versus_json(problem, outcome.versus, i);
  if (i < outcome.shapes.size()) row["shapes"] = shapes_to_json(outcome.shapes[i]);
  return row;
}

}  // namespace

Json plan_to_json(const LawFacts& law, const Plan& plan, bool timed) {
  Json out;
  out["budget_flops"] = timed ? Json(nullptr) : Json(plan.budget);
  if (timed) out["gpu_hours"] = plan.budget / kSecondsPerHour;
  const double unit = timed ? kSecondsPerHour : 1.0;
  out["n_total"] = finite_or_null(plan.n_total);
  out["n_active"] = finite_or_null(plan.n_active);
  out["n_law"] = finite_or_null(plan.n_law);
  out["d_tokens"] = finite_or_null(plan.d_tokens);
  out["tokens_per_active_parameter"] = finite_or_null(plan.tokens_per_active_parameter());
  out["granularity"] = finite_or_null(plan.granularity);
  if (std::isfinite(plan.epochs)) out["epochs"] = plan.epochs;
  out["loss"] = finite_or_null(plan.loss);
  out["d_model"] = finite_or_null(plan.d_model);
  out["n_blocks"] = finite_or_null(plan.n_blocks);
  out["router_flops_share"] = finite_or_null(plan.router_flops_share);
  out["coarse"] = plan.coarse ? coarse_to_json(*plan.coarse, timed) : Json(nullptr);
  out["binding"] = Json::array();
  for (const BindingLimit& b : plan.binding) {
    out["binding"].push_back({{"constraint", to_string(b.limit)},
                              {"value", b.value},
                              {"price", finite_or_null(b.loss_per_unit)},
                              {"price_budget", finite_or_null(b.budget_per_unit / unit)}});
  }
  if (plan.status == PlanStatus::kInfeasible) {
    out["relax"] = {{"constraint", to_string(plan.broken.limit)}, {"enough", plan.broken.enough}};
  }
  out.update(draws_to_json(plan.draws, timed));
  out["extrapolates"] = Json::array();
  for (const Variable v : plan.extrapolated) out["extrapolates"].push_back(law.info(v).symbol);
  if (plan.extrapolates_d_per_n) out["extrapolates"].push_back("D/N");
  if (plan.extrapolates_time) out["extrapolates"].push_back("time");
  if (plan.beyond_runs) {
    out["beyond_runs"] = {{"decades", plan.beyond_runs->decades},
                          {"at_least", plan.beyond_runs->at_least}};
  }
  out["status"] = word_for(plan);
  if (plan.undetermined()) out["why"] = doubts_to_json(plan.doubts);
  out["note"] = plan.note.empty() ? Json(nullptr) : Json(plan.note);
  return out;
}

namespace {

Json time_json(const TableTime& time) {
  Json out{{"accounting", "time"},
           {"source", kCostSourceNames[static_cast<std::size_t>(time.source)]}};
  if (time.source == CostSource::kMeasured) {
    out["graph"] = time.graph;
    out["checked"] = to_string(time.checked);
  }
  return out;
}

}  // namespace

Json cost_json(const CostTerms& cost) {
  if (cost.accounting == FlopAccounting::kSixNd) return {{"accounting", "6nd"}};
  return {{"accounting", "paper"},
          {"active_cost", cost.flops_per_active},
          {"router_cost", cost.router_cost},
          {"width_per_block", cost.width_per_block}};
}

void list_fields(FieldVisitor& f, PlanRequest& request) {
  list_fields(f, request.budget);
  list_fields(f, request.time);
  list_but_expansion(f, request.planner);
  // One field that holds a word or a number.
  std::string word = request.free_expansion ? "free" : "";
  f.text("expansion", word);
  request.free_expansion = word == "free";
  if (!request.free_expansion) f.number("expansion", request.planner.law.expansion, Numbers::kAny);
  list_counts(f, request.counts);
  list_fields(f, request.embeddings);
  f.names("versus", request.versus, Names::kRivals);
  list_fields(f, request.shapes);
  list_fields(f, request.hyperparameters);
  list_fields(f, request.doubt, true);
}

PlanRequest plan_request(const Json& request) { return read_request<PlanRequest>(request); }

Json to_json(const PlanRequest& request) { return request_json("plan", request); }

Json to_json(const PlanOutcome& outcome) {
  const PlanProblem& problem = outcome.problem;
  Json out;
  out["format"] = kPlanFormat;
  out["law"] = outcome.request.planner.law.law;
  out["cost"] = outcome.time ? time_json(*outcome.time) : cost_json(cost_terms(problem));
  out["expansion"] = number_or_null(problem.law.expansion);
  const auto experts = rates_of_law(problem);
  out["experts"] = experts ? rates_to_json(*experts) : Json(nullptr);
  if (!outcome.conversions.empty()) out["conversions"] = outcome.conversions;
  if (outcome.hyperparameters) {
    out["hyperparameters"] = hyperparameters_to_json(*outcome.hyperparameters);
  }
  out["plans"] = Json::array();
  for (std::size_t i = 0; i < outcome.answers.size(); ++i)
    out["plans"].push_back(row_of(outcome, i));
  if (!outcome.expansions.empty()) out["expansions"] = expansions_to_json(outcome.expansions);
  return with_provenance(std::move(out), to_json(outcome.request), outcome.inputs);
}

}  // namespace isoflop::api
