#include <cmath>
#include <nlohmann/json.hpp>

#include "api/hyperparameter_choice.hpp"
#include "api/planner_choice.hpp"
#include "api/shapes_choice.hpp"
#include "api/sweep_fields.hpp"
#include "api/time_choice.hpp"
#include "io/json_values.hpp"
#include "isoflop/io/hyperparameters_file.hpp"
#include "isoflop/io/model_config.hpp"

namespace isoflop::api {

using Json = nlohmann::ordered_json;

namespace {

using detail::finite_or_null;
using detail::number_or_null;

Json runs_to_json(const SweepOutcome& outcome) {
  const bool with_g = has_granularity(outcome.problem.law);
  Json out = Json::array();
  for (const SweepRun& run : outcome.runs) {
    const RealShape& model = run.cell.model;
    Json one;
    one["name"] = run.name;
    one["budget_flops"] = outcome.grid.budgets[run.cell.budget];
    one["shape"] = shape_to_json(model.shape);
    one["n_law"] = model.n_law;
    one["n_active"] = model.n_active;
    one["n_active_wanted"] = run.cell.wanted_n_active;
    one["granularity"] = with_g ? Json(model.granularity) : Json(nullptr);
    one["d_tokens"] = model.d_tokens;
    one["flops"] = run.flops;
    one["gpu_hours"] = number_or_null(run.gpu_hours);
    one["loss"] = model.loss;
    one["loss_simulated"] = number_or_null(run.simulated_loss);
    one["run"] = {{"seq_length", run.run.shape.seq_len},
                  {"global_batch_size", run.run.global_batch_size},
                  {"batch_tokens", run.run.batch_tokens()},
                  {"steps", run.run.num_steps}};
    if (outcome.hyperparameters) {
      one["run"]["learning_rate"] = number_or_null(run.run.lr);
      one["run"]["outside"] = outside_json(run.outside);
    }
    if (!run.launch.empty()) one["launch"] = run.launch;
    out.push_back(std::move(one));
  }
  return out;
}

Json dropped_to_json(const SweepOutcome& outcome) {
  Json out = Json::array();
  for (const DroppedCell& cell : outcome.dropped) {
    out.push_back({{"budget_flops", outcome.grid.budgets[cell.budget]},
                   {"n_active_wanted",
                    cell.wanted_n_active > 0.0 ? Json(cell.wanted_n_active) : Json(nullptr)},
                   {"granularity", cell.granularity},
                   {"reason", cell.reason}});
  }
  return out;
}

Json read_to_json(const SweepForecast::Read& read) {
  return {{"noiseless", finite_or_null(std::exp(read.noiseless))},
          {"interval",
           {finite_or_null(std::exp(read.spread.low)), finite_or_null(std::exp(read.spread.high))}},
          {"half_width", finite_or_null(read.half_width())}};
}

Json forecast_to_json(const SweepForecast& forecast) {
  Json out;
  out["n"] = read_to_json(forecast.n);
  out["d"] = read_to_json(forecast.d);
  if (std::isfinite(forecast.g.noiseless)) out["g"] = read_to_json(forecast.g);
  if (std::isfinite(forecast.printed_half_width)) {
    out["n"]["printed_half_width"] = forecast.printed_half_width;
  }
  out["n_of_law"] = finite_or_null(std::exp(forecast.own_log_n));
  out["n_by_fit"] = nullptr;
  if (forecast.fit_log_n) {
    out["n_by_fit"] = {finite_or_null(std::exp(forecast.fit_log_n->low)),
                       finite_or_null(std::exp(forecast.fit_log_n->high))};
  }
  out["unread"] = forecast.num_unread;
  return out;
}

}  // namespace

void list_fields(FieldVisitor& f, SweepRequest& request) {
  list_law_and_cost(f, request.planner);
  f.number("expansion", request.planner.law.expansion, Numbers::kAny);
  f.flag("accept_unconverged", request.planner.law.accept_unconverged);
  f.number("vocab", request.embeddings.vocab, Numbers::kPositive);
  f.flag("tied", request.embeddings.tied);
  f.amounts("flops", request.budget.flops);
  f.count("cells", request.cells, 3);
  f.number("octaves", request.octaves, Numbers::kPositive);
  f.numbers("granularities", request.granularities);
  f.share("within", request.within);
  f.choice("within_by", request.within_by, {"profiles", "fit"});
  f.number("target_flops", request.target_flops, Numbers::kPositive);
  f.number("noise", request.noise, Numbers::kPositive);
  f.count("simulations", request.simulations, 1);
  f.count("seed", request.seed, 0);
  f.count("min_steps", request.min_steps, 1);
  f.flag("simulate", request.simulate);
  f.number("price_per_gpu_hour", request.budget.price_per_gpu_hour, Numbers::kPositive);
  f.text("gpu", request.budget.gpu);
  f.number("peak_flops", request.budget.peak_flops, Numbers::kPositive);
  f.number("mfu", request.budget.mfu, Numbers::kPositive);
  list_fields(f, request.time);
  list_of_models(f, request.shapes);
  f.number("batch_tokens", request.shapes.batch_tokens, Numbers::kPositive);
  list_fields(f, request.hyperparameters);
  f.choice("emit", request.shapes.emit, launch_formats());
}

SweepRequest sweep_request(const Json& json) { return read_request<SweepRequest>(json); }

Json to_json(const SweepRequest& request) { return request_json("sweep", request); }

Json to_json(const SweepOutcome& outcome) {
  Json out;
  out["format"] = kSweepFormat;
  out["law"] = outcome.request.planner.law.law;
  out["budgets"] = outcome.grid.budgets;
  out["cells"] = outcome.grid.cells;
  out["octaves"] = outcome.grid.octaves;
  out["granularities"] = outcome.grid.granularities;
  if (outcome.hyperparameters) {
    out["hyperparameters"] = hyperparameters_to_json(*outcome.hyperparameters);
  }
  out["runs"] = runs_to_json(outcome);
  out["dropped"] = dropped_to_json(outcome);
  out["flops"] = outcome.flops;
  out["gpu_hours"] = number_or_null(outcome.gpu_hours);
  out["price"] = number_or_null(outcome.price);
  out["target_flops"] = outcome.target_flops;
  out["noise"] = number_or_null(outcome.noise);
  out["forecast"] = outcome.forecast ? forecast_to_json(*outcome.forecast) : Json(nullptr);
  out["others"] = Json::array();
  for (const OtherSweep& other : outcome.others) {
    out["others"].push_back({{"cells", other.cells},
                             {"octaves", other.octaves},
                             {"num_runs", other.num_runs},
                             {"flops", other.flops},
                             {"forecast", forecast_to_json(other.forecast)}});
  }
  return with_provenance(std::move(out), to_json(outcome.request), outcome.inputs);
}

}  // namespace isoflop::api
