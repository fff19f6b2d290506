#include <nlohmann/json.hpp>

#include "api/backtest_fields.hpp"
#include "api/embeddings_choice.hpp"
#include "api/experts.hpp"
#include "api/fit_choice.hpp"
#include "api/run_conventions.hpp"
#include "api/runs_choice.hpp"
#include "io/json_values.hpp"
#include "isoflop/api/backtest.hpp"
#include "isoflop/io/law_file.hpp"

namespace isoflop::api {

using Json = nlohmann::ordered_json;

namespace {

using detail::finite_or_null;
using detail::number_or_null;

Json forecasts_to_json(const BacktestReport& report, const RunTable& runs) {
  Json out = Json::array();
  for (const Forecast& f : report.forecasts) {
    Json forecast;
    forecast["line"] = runs.line.empty() ? Json(nullptr) : Json(runs.line[f.run]);
    forecast["observed"] = f.observed;
    forecast["predicted"] = finite_or_null(f.predicted);
    forecast["interval"] =
        Json::array({finite_or_null(f.interval.low), finite_or_null(f.interval.high)});
    forecast["curve"] = Json::array({finite_or_null(f.curve.low), finite_or_null(f.curve.high)});
    out.push_back(forecast);
  }
  return out;
}

Json law_to_json(const ScoredLaw& scored, const RunTable& runs) {
  const BacktestReport& r = scored.report;
  Json law;
  law["law"] = scored.name;
  law["fitted"] = scored.fitted;
  law["conversions"] = scored.conversions;
  law["num_parameters"] = r.fit.num_free;
  law["verdict"] = scored.fitted ? Json(to_string(r.fit.verdict)) : Json(nullptr);
  law["status"] = to_string(r.fit.status);
  law["rmse_log_fit"] = finite_or_null(r.fit.rmse_log);
  law["rmse_log_held_out"] = finite_or_null(r.rmse_log);
  law["rmse_nats_held_out"] = finite_or_null(r.rmse_nats);
  law["rmse_per_cent_held_out"] = finite_or_null(r.rmse_per_cent);
  law["mean_error_per_cent"] = finite_or_null(r.mean_error_per_cent);
  law["coverage_95"] = finite_or_null(r.coverage_95);
  law["draws"] = r.num_draws;
  law["plan_budget_flops"] = finite_or_null(scored.plan_budget_flops);
  law["plan_granularity"] = number_or_null(scored.plan_granularity);
  law["plan_error_flops"] = finite_or_null(scored.plan_error_flops);
  law["forecasts"] = forecasts_to_json(r, runs);
  return law;
}

}  // namespace

void list_fields(FieldVisitor& f, BacktestRequest& request) {
  list_fields(f, request.runs);
  f.names("law", request.laws, Names::kLaws);
  f.text("hold_out", request.hold_out);
  list_fields(f, request.conventions);
  list_fields(f, request.embeddings);
  list_fields(f, request.fit);
}

BacktestRequest backtest_request(const Json& json) { return read_request<BacktestRequest>(json); }

Json to_json(const BacktestRequest& request) { return request_json("backtest", request); }

Json to_json(const BacktestOutcome& outcome) {
  const std::optional<double>& expansion = outcome.table.expansion;
  Json out;
  out["format"] = kBacktestFormat;
  out["n_means"] = to_string(outcome.table.n_means);
  out["expansion"] = number_or_null(expansion);
  out["experts"] =
      expansion && *expansion > 1.0 ? rates_to_json({.expansion = expansion}) : Json(nullptr);
  out["hold_out"] = outcome.hold_out;
  out["runs_fit"] = outcome.split.fitted.size();
  out["runs_held_out"] = outcome.split.held_out.size();
  if (!outcome.records.read_as.empty()) out["read_as"] = outcome.records.read_as;
  out["laws"] = Json::array();
  for (const ScoredLaw& law : outcome.laws) out["laws"].push_back(law_to_json(law, outcome.runs));
  return with_provenance(std::move(out), to_json(outcome.request), outcome.inputs);
}

}  // namespace isoflop::api
