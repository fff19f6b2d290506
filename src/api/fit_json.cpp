#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "api/fit_choice.hpp"
#include "api/fit_fields.hpp"
#include "api/run_conventions.hpp"
#include "api/runs_choice.hpp"
#include "io/json_values.hpp"
#include "isoflop/api/fit.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/laws/law_facts.hpp"
#include "isoflop/laws/log_losses.hpp"

namespace isoflop::api {

using Json = nlohmann::ordered_json;

namespace {

using detail::finite_or_null;

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
  if (!log.read_as.empty()) out["read_as"] = log.read_as;
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
  const LawFacts own = facts_of(law.law);
  for (const CoefficientInfo& c : own.coefficients) out.emplace_back(c.name);
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
                          {"weak", p.weak},
                          {"values", p.values},
                          {"rises", p.rises}};
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

Json bootstrap_to_json(const std::optional<BootstrapReport>& b) {
  if (!b) return nullptr;
  return {{"resamples", b->resamples}, {"certified", b->certified},
          {"failed", b->failed},       {"sent_back", b->sent_back},
          {"groups", b->num_groups},   {"resample_size", b->resample_size}};
}

Json noise_to_json(const std::optional<SeedNoise>& noise) {
  if (!noise) return nullptr;
  return {{"sd_log", noise->sd_log},
          {"cells", noise->num_cells},
          {"runs", noise->num_runs},
          {"degrees_of_freedom", noise->degrees_of_freedom}};
}

Json worst_to_json(const FitOutcome& outcome) {
  Json out = Json::array();
  for (const RunResidual& r : outcome.report.worst) {
    Json row;
    row["line"] = line_of(outcome.runs, r.run);
    row["observed"] = r.observed;
    row["predicted"] = finite_or_null(r.predicted);
    row["log_residual"] = finite_or_null(r.log_residual);
    out.push_back(row);
  }
  return out;
}

template <class Word>
Json question_to_json(Word word, const std::vector<std::string>& why) {
  return {{"word", to_string(word)}, {"why", why}};
}

Json questions_to_json(const FitReport& report) {
  const Questions& q = report.questions;
  Json out;
  out["optimum"] = question_to_json(q.optimum.word, q.optimum.why);
  out["coefficients"] = question_to_json(q.coefficients.word, why_coefficients(report));
  out["data"] = question_to_json(q.data.word, q.data.why);
  out["form"] = question_to_json(q.form.word, q.form.why);
  return out;
}

Json form_to_json(const std::optional<FormCheck>& form) {
  if (!form) return nullptr;
  const bool hidden = form->num_hidden > 0, repeats = form->error_over_noise > 0.0;
  return {{"hidden_runs", form->num_hidden},
          {"covered_95", hidden ? Json(form->covered) : Json(nullptr)},
          {"error_over_noise", repeats ? Json(form->error_over_noise) : Json(nullptr)}};
}

Json fit_section(const FitOutcome& outcome) {
  const FitReport& report = outcome.report;
  Json fit;
  fit["verdict"] = to_string(report.verdict);
  fit["status"] = to_string(report.status);
  fit["questions"] = questions_to_json(report);
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
  fit["widened"] = report.widened;
  fit["weak"] = report.weak;
  fit["form"] = form_to_json(report.form);
  fit["lost_beyond"] = outcome.lost_beyond ? finite_or_null(*outcome.lost_beyond) : Json(nullptr);
  fit["lost_to_bend"] =
      outcome.lost_to_bend ? finite_or_null(*outcome.lost_to_bend) : Json(nullptr);
  fit["minima"] = minima_to_json(outcome);
  fit["profile"] = profile_to_json(report);
  fit["tolerated_rise"] = finite_or_null(report.tolerated_rise);
  fit["bootstrap"] = bootstrap_to_json(outcome.bootstrap);
  fit["seed_noise"] = noise_to_json(outcome.seed_noise);
  fit["findings"] = findings_to_json(outcome);
  fit["worst_residuals"] = worst_to_json(outcome);
  if (outcome.calibration) {
    const CalibrationReport& c = *outcome.calibration;
    fit["calibration"] = {{"status", c.usable() ? "calibrated" : "refused"},
                          {"reason", detail::text_or_null(c.refusal)},
                          {"forecasts", c.num_forecasts},
                          {"hold_outs", c.calibration.num_hold_outs},
                          {"hold_outs_failed", c.num_failed}};
  }
  fit["options"] = options_to_json(outcome.options);
  return fit;
}

/// So many runs stand in a law file; of more, where they are.
constexpr std::size_t kMostRuns = 2000;

Json runs_section(const FitOutcome& outcome) {
  if (outcome.runs.num_runs() <= kMostRuns) return fitted_runs_json(outcome);
  Json out{
      {"path", outcome.records.path}, {"sha256", nullptr}, {"num_runs", outcome.runs.num_runs()}};
  for (const InputFile& file : outcome.inputs) {
    if (file.path == outcome.records.path) out["sha256"] = file.sha256;
  }
  return out;
}

/// The law; coefficients are null where the fit failed.
Json law_section(const FitOutcome& outcome) {
  if (outcome.has_law()) return law_to_json(outcome.law);
  LawRecord law = outcome.law;
  law.coefficients.assign(coefficient_names(law).size(), std::numeric_limits<double>::quiet_NaN());
  return law_to_json(law);
}

}  // namespace

void list_fields(FieldVisitor& f, FitRequest& request) {
  list_fields(f, request.runs);
  f.file("law", request.law);
  list_fields(f, request.conventions);
  list_fields(f, request.fit);
  f.count("bootstrap", request.bootstrap, 0);
  f.choice("interval", request.interval, {"percentile", "bca"});
  f.choice("resample_size", request.resample_size, {"calibrated", "same"});
  f.flag("calibrate", request.calibrate);
  f.count("drop_worst", request.drop_worst, 0);
}

FitRequest fit_request(const Json& json) { return read_request<FitRequest>(json); }

Json to_json(const FitRequest& request) { return request_json("fit", request); }

Json fitted_runs_json(const FitOutcome& outcome) {
  const RunTable& runs = outcome.runs;
  Json out;
  const LawFacts facts = facts_of(outcome.law.law);
  for (const Variable v : facts.variables) out[std::string(facts.info(v).key)] = runs.column(v);
  out["loss"] = runs.loss;
  if (outcome.has_law()) {
    std::vector<double> predicted =
        log_losses(outcome.law.law, outcome.law.coefficients, outcome.runs);
    for (double& x : predicted) x = std::exp(x);
    out["predicted"] = predicted;
  }
  if (!runs.weight.empty()) out["weight"] = runs.weight;
  if (!runs.line.empty()) out["line"] = runs.line;
  return out;
}

Json to_json(const FitOutcome& outcome) {
  Json out = law_section(outcome);
  out["fit"] = fit_section(outcome);
  out["intervals"] = nullptr;
  const std::vector<std::string> names = coefficient_names(outcome.law);
  for (std::size_t p = 0; p < outcome.intervals.size(); ++p) {
    const EstimatedInterval& e = outcome.intervals[p];
    if (e.method == IntervalMethod::kNone) continue;
    const std::string& name = names[p];
    out["intervals"][name] =
        Json::array({finite_or_null(e.range.low), finite_or_null(e.range.high)});
    out["interval_method"][name] = to_string(e.method);
  }
  out["records"] = records_to_json(outcome.records);
  out["runs"] = runs_section(outcome);
  return with_provenance(std::move(out), to_json(outcome.request), outcome.inputs);
}

}  // namespace isoflop::api
