#include "isoflop/io/reports.hpp"

#include <cmath>
#include <nlohmann/json.hpp>

#include "isoflop/cost/training_time.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/laws/list.hpp"
#include "isoflop/version.hpp"

namespace isoflop {
namespace {

using Json = nlohmann::ordered_json;

Json finite_or_null(double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); }

Json options_to_json(const FitOptions& options) {
  Json out;
  out["huber_delta"] = std::isfinite(options.huber_delta) ? Json(options.huber_delta) : Json("inf");
  out["residual"] = options.residual == Residual::kLog ? "log" : "raw";
  out["fix"] = Json::object();
  for (const auto& [name, value] : options.fixed) out["fix"][name] = value;
  out["tie"] = Json::array();
  for (const auto& [a, b] : options.tied) out["tie"].push_back(a + "=" + b);
  out["starts"] = options.num_starts ? Json(*options.num_starts) : Json(nullptr);
  out["seed"] = options.seed;
  return out;
}

Json records_to_json(const RecordLog& log) {
  Json out;
  out["path"] = log.path;
  out["rows_read"] = log.num_rows_read;
  out["rows_used"] = log.num_rows_used;
  out["columns"] = log.columns;
  out["dropped"] = Json::array();
  for (const DroppedRows& d : log.dropped) {
    out["dropped"].push_back({{"reason", d.reason}, {"count", d.count}, {"lines", d.lines}});
  }
  return out;
}

Json line_of(const RunTable& runs, std::size_t run) {
  return runs.line.empty() ? Json(nullptr) : Json(runs.line[run]);
}

std::vector<std::string> coefficient_names(const LawRecord& law) {
  std::vector<std::string> out;
  visit_law(law.law, [&]<Law L>() {
    for (const CoefficientInfo& c : L::kCoefficients) out.emplace_back(c.name);
  });
  return out;
}

Json minima_to_json(const FitOutcome& outcome) {
  const auto names = coefficient_names(outcome.law);
  Json out = Json::array();
  for (std::size_t i = 0; i < outcome.report.minima.size(); ++i) {
    const LocalMinimum& m = outcome.report.minima[i];
    Json row;
    row["objective"] = finite_or_null(m.objective);
    row["starts"] = m.num_starts;
    for (std::size_t p = 0; p < names.size(); ++p)
      row["coefficients"][names[p]] = m.coefficients[p];
    row["plan"] = nullptr;
    if (i < outcome.minima_plans.size() && outcome.minima_plans[i]) {
      const Plan& plan = *outcome.minima_plans[i];
      row["plan"]["budget_flops"] = plan.budget;
      row["plan"]["n_active"] = finite_or_null(plan.n_active);
      row["plan"]["d_tokens"] = finite_or_null(plan.d_tokens);
      row["plan"]["granularity"] = finite_or_null(plan.granularity);
      row["plan"]["status"] = to_string(plan.status);
    }
    out.push_back(row);
  }
  return out;
}

Json profile_to_json(const FitReport& report) {
  Json out = Json::object();
  for (const ProfileInterval& p : report.profile) {
    out[p.coefficient] = {{"interval", Json::array({p.low, p.high})},
                          {"low_at_bound", p.low_at_bound},
                          {"high_at_bound", p.high_at_bound},
                          {"weak", p.weak}};
  }
  return out;
}

Json findings_to_json(const FitOutcome& outcome) {
  Json out = Json::array();
  for (const Finding& f : outcome.findings) {
    Json row;
    row["severity"] = to_string(f.severity);
    row["coefficients"] = f.coefficients;
    row["lines"] = Json::array();
    for (const std::size_t run : f.runs) row["lines"].push_back(line_of(outcome.runs, run));
    row["what"] = f.what;
    row["cure"] = f.cure;
    out.push_back(row);
  }
  return out;
}

/// Of a plan in time regrets are GPU-hours.
Json draws_to_json(const std::optional<PlanDraws>& draws, bool timed) {
  const std::string regret = timed ? "regret_gpu_hours" : "regret_flops";
  const double unit = timed ? kSecondsPerHour : 1.0;
  Json out;
  for (const std::string& key : {std::string("interval"), std::string("interval_method"),
                                 std::string("granularity_frequency"), regret, regret + "_95",
                                 std::string("draws"), std::string("draws_without_plan")}) {
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
  out[regret] = finite_or_null(draws->regret / unit);
  out[regret + "_95"] = finite_or_null(draws->regret_95 / unit);
  out["draws"] = draws->num_draws;
  out["draws_without_plan"] = draws->num_without_plan;
  return out;
}

}  // namespace

nlohmann::ordered_json fit_to_json(const FitOutcome& outcome) {
  const FitReport& report = outcome.report;
  Json out = law_to_json(outcome.law);
  // The draws are long: they stand last.
  Json draws = nullptr;
  if (const auto place = out.find("draws"); place != out.end()) {
    draws = std::move(*place);
    out.erase(place);
  }
  Json& fit = out["fit"] = Json::object();
  fit["verdict"] = to_string(report.verdict);
  fit["status"] = to_string(report.status);
  fit["reasons"] = report.reasons;
  fit["warnings"] = report.warnings;
  fit["objective"] = finite_or_null(report.objective);
  fit["num_runs"] = report.num_runs;
  fit["num_free"] = report.num_free;
  fit["num_starts"] = report.num_starts;
  fit["starts_at_best"] = report.starts_at_best;
  fit["starts_abandoned"] = report.starts_abandoned;
  fit["best_start"] = report.best_start;
  fit["gradient_norm"] = finite_or_null(report.gradient_norm);
  fit["condition_number"] = finite_or_null(report.condition_number);
  fit["hessian_eigenvalues"] = report.hessian_eigenvalues;
  fit["rmse_log"] = finite_or_null(report.rmse_log);
  fit["rmse_nats"] = finite_or_null(report.rmse_nats);
  fit["at_bound"] = report.at_bound;
  fit["minima"] = minima_to_json(outcome);
  fit["profile"] = profile_to_json(report);
  fit["bootstrap"] = nullptr;
  if (outcome.bootstrap) {
    const BootstrapReport& b = *outcome.bootstrap;
    fit["bootstrap"] = {{"resamples", b.resamples}, {"certified", b.certified},
                        {"failed", b.failed},       {"sent_back", b.sent_back},
                        {"groups", b.num_groups},   {"resample_size", b.resample_size}};
  }
  fit["seed_noise"] = nullptr;
  if (outcome.seed_noise) {
    fit["seed_noise"] = {{"sd_log", outcome.seed_noise->sd_log},
                         {"cells", outcome.seed_noise->num_cells},
                         {"runs", outcome.seed_noise->num_runs},
                         {"degrees_of_freedom", outcome.seed_noise->degrees_of_freedom}};
  }
  fit["findings"] = findings_to_json(outcome);
  fit["worst_residuals"] = Json::array();
  for (const RunResidual& r : report.worst) {
    Json row;
    row["line"] = line_of(outcome.runs, r.run);
    row["observed"] = r.observed;
    row["predicted"] = finite_or_null(r.predicted);
    row["log_residual"] = finite_or_null(r.log_residual);
    fit["worst_residuals"].push_back(row);
  }
  fit["options"] = options_to_json(outcome.options);
  out["intervals"] = nullptr;
  for (std::size_t p = 0; p < outcome.intervals.size(); ++p) {
    const EstimatedInterval& e = outcome.intervals[p];
    if (e.method == IntervalMethod::kNone) continue;
    const std::string name = coefficient_names(outcome.law)[p];
    out["intervals"][name] =
        Json::array({finite_or_null(e.range.low), finite_or_null(e.range.high)});
    out["interval_method"][name] = to_string(e.method);
  }
  out["records"] = records_to_json(outcome.records);
  out["isoflop_version"] = kVersion;
  if (!draws.is_null()) out["draws"] = std::move(draws);
  return out;
}

nlohmann::ordered_json plan_to_json(const Plan& plan, bool timed) {
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
  out["coarse"] = nullptr;
  if (plan.coarse) {
    Json coarse;
    coarse["n_active"] = finite_or_null(plan.coarse->n_active);
    coarse["d_tokens"] = finite_or_null(plan.coarse->d_tokens);
    coarse["loss"] = finite_or_null(plan.coarse->loss);
    coarse[timed ? "extra_gpu_hours" : "extra_flops"] =
        finite_or_null(plan.coarse->extra_budget / unit);
    out["coarse"] = coarse;
  }
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
  for (const Variable v : plan.extrapolated) out["extrapolates"].push_back(info(v).symbol);
  if (plan.extrapolates_d_per_n) out["extrapolates"].push_back("D/N");
  if (plan.extrapolates_time) out["extrapolates"].push_back("time");
  out["status"] = to_string(plan.status);
  out["note"] = plan.note.empty() ? Json(nullptr) : Json(plan.note);
  return out;
}

}  // namespace isoflop
