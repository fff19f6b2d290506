#include "isoflop/api/fit.hpp"

#include <algorithm>
#include <memory>

#include "api/fit_choice.hpp"
#include "api/fit_fields.hpp"
#include "api/fit_plans.hpp"
#include "api/progress.hpp"
#include "api/run_conventions.hpp"
#include "api/runs_choice.hpp"
#include "isoflop/core/select_rows.hpp"
#include "isoflop/error.hpp"
#include "isoflop/fit/drop_worst.hpp"
#include "isoflop/fit/find_far_runs.hpp"
#include "isoflop/fit/find_no_relation.hpp"
#include "isoflop/fit/find_shifted_runs.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/fit/fit_law.hpp"
#include "isoflop/fit/unit_finding.hpp"
#include "isoflop/fit/verdict.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/laws/law_facts.hpp"
#include "isoflop/laws/new_run.hpp"

namespace isoflop::api {
namespace {

BootstrapOptions resampling_of(const FitRequest& request) {
  constexpr std::uint64_t kMostResamples = 1'000'000;
  if (request.bootstrap > kMostResamples) {
    throw InvalidArgument("bootstrap", field("bootstrap") + ": at most 1M");
  }
  const FitRequest unsaid;
  const bool says_draws =
      request.interval != unsaid.interval || request.resample_size != unsaid.resample_size;
  if (request.bootstrap == 0 && says_draws) {
    throw InvalidArgument("bootstrap", field("interval") + " and " + field("resample_size") +
                                           " say something of " + field("bootstrap") +
                                           ", which is 0");
  }
  if (request.bootstrap == 1) {
    throw InvalidArgument("bootstrap",
                          field("bootstrap") + ": one resample makes no interval; 0 skips them");
  }
  BootstrapOptions out;
  out.resamples = request.bootstrap;
  out.seed = request.fit.seed;
  out.jackknife = request.interval == "bca";
  if (request.resample_size == "same") out.size = ResampleSize::kSame;
  return out;
}

/// How far the forecasts of hidden runs missed.
void calibrate(const Context& context, FitOutcome& out) {
  BacktestOptions how;
  how.fit = out.options;
  how.fit.profile = false;
  how.draw = draws_by_bootstrap(200, true);
  how.fit.progress = progress_of(context, "starts of hold-outs");
  out.calibration = calibrate_new_runs(out.law.law, out.runs, how);
  if (out.calibration->usable()) out.law.calibration = out.calibration->calibration;
}

/// Takes the runs furthest off out of the table and says so in its log.
void drop_worst(FitOutcome& out) {
  const std::size_t count = out.request.drop_worst;
  if (count == 0) return;
  const auto worst = worst_runs(out.law.law, out.runs, out.options, count);
  DroppedRows dropped{field("drop_worst") + " " + std::to_string(count), count, {}};
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < out.runs.num_runs(); ++i) {
    if (!std::binary_search(worst.begin(), worst.end(), i)) {
      kept.push_back(i);
    } else if (!out.runs.line.empty()) {
      dropped.lines.push_back(out.runs.line[i]);
    }
  }
  out.records.dropped.push_back(dropped);
  out.records.num_rows_used -= count;
  out.runs = select_rows(out.runs, kept);
}

void resample(const BootstrapOptions& how, const Context& context, FitOutcome& out) {
  if (how.resamples == 0 || out.report.num_free == 0) return;
  FitOptions options = out.options;
  options.progress = progress_of(context, "resamples");
  out.bootstrap = bootstrap(out.law.law, out.runs, options, out.report, how);
  out.law.draws = std::move(out.bootstrap->draws);
  out.intervals = coefficient_intervals(out.report.coefficients, out.law.draws);
}

/// Evidence for and against the fit beside its own numbers, and with it the last word.
void weigh(FitOutcome& out) {
  const std::unique_ptr<const FitLaw> law = fit_law(out.law.law);
  const LawFacts& facts = law->facts();
  const bool has_logs =
      std::all_of(out.runs.loss.begin(), out.runs.loss.end(), [](double x) { return x > 0.0; });
  const auto has = [&](FindingSeverity severity) {
    return std::any_of(out.findings.begin(), out.findings.end(),
                       [&](const Finding& f) { return f.severity == severity; });
  };
  if (has_logs) {
    out.findings = inspect_runs(*law, out.runs, out.options);
    for (Finding& shifted : find_shifted_runs(*law, out.runs, out.options, out.report)) {
      out.findings.push_back(std::move(shifted));
    }
    // What is suspect already would be named by its single runs as well.
    if (!has(FindingSeverity::kSuspect)) {
      for (Finding& far : find_far_runs(out.law.law, out.runs, out.report)) {
        out.findings.push_back(std::move(far));
      }
    }
    if (!has(FindingSeverity::kSuspect) && !has(FindingSeverity::kUnidentified)) {
      for (Finding& none : find_no_relation(out.law.law, out.runs, out.report)) {
        out.findings.push_back(std::move(none));
      }
    }
  } else {
    out.findings.push_back({FindingSeverity::kNote,
                            {},
                            {},
                            "some losses are zero or below, so that the runs were not searched for "
                            "mistakes, and no interval of a new run is known",
                            ""});
  }
  if (facts.predicts_loss()) {
    if (auto unit = doubtful_unit(out.runs, out.law.loss_unit)) out.findings.push_back(*unit);
  }
  add_findings(out.findings, out.report);
  add_intervals(facts, out.options, out.intervals, out.report);
  if (has_logs) {
    out.seed_noise = estimate_seed_noise(out.runs, facts.variables);
    add_form(*law, out.runs, out.options, out.seed_noise, out.report);
  }
  // What the runs cannot tell at all has a cure of its own; this one is taken at the coefficients
  // of the fit, which are any of a valley there.
  if (!has(FindingSeverity::kUnidentified)) {
    out.report.cure = cure_of(*law, out.runs, out.options, out.report);
  }
  add_plans(out);
  judge(out.report);
}

void fill_in(LawRecord& law, const FitReport& report) {
  law.coefficients = report.coefficients;
  law.ranges = report.ranges;
  law.fit_status = to_string(report.status);
  law.verdict = to_string(report.verdict);
  law.reasons = report.reasons;
  law.warnings = report.warnings;
  law.at_bound = report.at_bound;
}

}  // namespace

FitOutcome fit(const FitRequest& request, const Context& context) {
  FitOutcome out;
  out.request = checked(request);
  out.inputs = inputs_of(request);
  if (request.law.empty()) {
    throw InvalidArgument("law", "name the formula to fit: " + field("law") + " NAME");
  }
  out.options = fit_options(request.fit, context);
  const AnyLaw law = law_of(request.law);
  out.law = law_of_runs(law, request.conventions);
  out.law.bytes_per_token = request.runs.bytes_per_token;
  if (facts_of(law).predicts_loss()) out.law.loss_unit = unit_of(request.runs);
  const BootstrapOptions resampling = resampling_of(request);
  RecordOptions how = record_options(request.runs);
  how.any_sign = out.options.residual == Residual::kRaw;
  Records records = read_runs(request.runs, how, {law});
  require_unchanged(out.inputs);
  merge_copies(records);
  out.runs = std::move(records.runs);
  out.records = std::move(records.log);

  out.options.progress = progress_of(context, "starts");
  out.options.profile_progress = progress_of(context, "ends of profile intervals");
  drop_worst(out);
  out.report = isoflop::fit(law, out.runs, out.options);
  out.options.progress = out.options.profile_progress = nullptr;
  if (!out.has_law()) return out;
  resample(resampling, context, out);
  weigh(out);
  fill_in(out.law, out.report);
  out.law.scatter = scatter_of(law, out.report.coefficients, out.runs, out.report.num_free);
  if (request.calibrate) calibrate(context, out);
  return out;
}

}  // namespace isoflop::api
