// isoflop fit: the law behind a table of finished training runs.
#include "isoflop/text/fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <CLI/CLI.hpp>
#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <numeric>

#include "apps/isoflop/options/expert_counts.hpp"
#include "apps/isoflop/options/records_and_fit.hpp"
#include "apps/isoflop/verbs.hpp"
#include "apps/words/terminal.hpp"
#include "apps/words/words.hpp"
#include "isoflop/core/select_rows.hpp"
#include "isoflop/fit/bootstrap.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/fit/inspect_runs.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/records.hpp"
#include "isoflop/io/reports.hpp"
#include "isoflop/laws/list.hpp"
#include "isoflop/laws/log_losses.hpp"
#include "isoflop/plan/plan_law.hpp"

namespace isoflop::app {
namespace {

struct Arguments {
  RecordArguments records;
  ConventionArguments conventions;
  ExpertCountArguments counts;
  FitArguments fit;
  std::string law, output, bootstrap = "1000", interval = "percentile",
                           resample_size = "calibrated", drop_worst = "0";
  bool json = false, profile = false;
};

/// Fits, drops the runs furthest off and fits again, if that was asked for.
void drop_worst(FitOutcome& outcome, std::size_t count) {
  if (count == 0) return;
  FitOptions options = outcome.options;
  options.profile = false;
  const FitReport first = fit(outcome.law.law, outcome.runs, options);
  if (first.verdict == Verdict::kFailed)
    throw Error("no fit to judge the runs by: " + first.reasons.at(0));
  const std::vector<double> fitted = log_losses(outcome.law.law, first.coefficients, outcome.runs);
  std::vector<std::size_t> order(outcome.runs.num_runs());
  std::iota(order.begin(), order.end(), std::size_t{0});
  auto error = [&](std::size_t i) { return std::abs(fitted[i] - std::log(outcome.runs.loss[i])); };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t i, std::size_t j) { return error(i) > error(j); });
  if (count >= order.size()) throw UsageError("--drop-worst leaves no run");
  DroppedRows dropped{fmt::format("--drop-worst {}", count), count, {}};
  std::vector<std::size_t> kept(order.begin() + static_cast<std::ptrdiff_t>(count), order.end());
  std::sort(kept.begin(), kept.end());
  order.resize(count);
  std::sort(order.begin(), order.end());
  for (const std::size_t i : order) {
    if (!outcome.runs.line.empty()) dropped.lines.push_back(outcome.runs.line[i]);
  }
  outcome.records.dropped.push_back(dropped);
  outcome.records.num_rows_used -= count;
  outcome.runs = select_rows(outcome.runs, kept);
}

/// What each local minimum would plan with the largest budget among the runs, where the law's
/// conventions allow a plan.
void plan_minima(FitOutcome& outcome) {
  PlanProblem request;
  request.law = outcome.law;
  request.accounting =
      has_granularity(outcome.law) ? FlopAccounting::kPaper : FlopAccounting::kSixNd;
  const auto& n = outcome.runs.column(Variable::kN);
  const auto& d = outcome.runs.column(Variable::kD);
  if (n.empty() || d.empty() || outcome.report.minima.size() < 2) return;
  try {
    double budget = 0.0;
    for (std::size_t i = 0; i < n.size(); ++i) {
      budget = std::max(budget, 6.0 * n[i] / n_law_per_active(request) * d[i]);
    }
    for (const LocalMinimum& m : outcome.report.minima) {
      request.law.coefficients = m.coefficients;
      outcome.minima_plans.push_back(plan_law(request, {budget}).at(0));
    }
  } catch (const InvalidArgument&) {
    outcome.minima_plans.clear();  // nobody said what N counts: no plan
  }
}

int run(const Arguments& arguments) {
  std::error_code ignored;
  if (!arguments.output.empty() &&
      std::filesystem::equivalent(arguments.output, arguments.records.file, ignored)) {
    throw UsageError("-o names the file of the runs, which it would overwrite");
  }
  FitOutcome outcome;
  outcome.options = arguments.fit.options();
  const std::string law = law_of(arguments.law);
  ConventionArguments conventions = arguments.conventions;
  arguments.counts.settle_runs(conventions.expansion);
  outcome.law = conventions.record(law);
  outcome.law.bytes_per_token = arguments.records.bytes();
  BootstrapOptions resampling;
  resampling.resamples = count_argument("--bootstrap", arguments.bootstrap, 0);
  resampling.seed = outcome.options.seed;
  if (arguments.interval != "percentile" && arguments.interval != "bca") {
    throw UsageError(
        fmt::format("--interval: \"{}\" is neither percentile nor bca", arguments.interval));
  }
  resampling.jackknife = arguments.interval == "bca";
  if (arguments.resample_size != "calibrated" && arguments.resample_size != "same") {
    throw UsageError(fmt::format("--resample-size: \"{}\" is neither calibrated nor same",
                                 arguments.resample_size));
  }
  if (arguments.resample_size == "same") resampling.size = ResampleSize::kSame;
  constexpr std::size_t kMostResamples = 1'000'000;
  if (resampling.resamples > kMostResamples) throw UsageError("--bootstrap: at most 1M");
  const std::size_t num_dropped = count_argument("--drop-worst", arguments.drop_worst, 0);
  require_writable(arguments.output);
  {
    Records records = arguments.records.read({law});
    outcome.runs = std::move(records.runs);
    outcome.records = std::move(records.log);
  }
  FitReport& report = outcome.report;
  {
    Progress progress("starts");
    outcome.options.progress = [&](std::size_t done, std::size_t all) {
      progress.update(done, all);
    };
    drop_worst(outcome, num_dropped);
    report = fit(law, outcome.runs, outcome.options);
  }
  if (report.verdict == Verdict::kFailed) {
    for (const std::string& reason : report.reasons) warn(reason);
    return 1;
  }
  if (resampling.resamples > 0 && report.num_free > 0) {
    Progress progress("resamples");
    outcome.options.progress = [&](std::size_t done, std::size_t all) {
      progress.update(done, all);
    };
    outcome.bootstrap = bootstrap(law, outcome.runs, outcome.options, report, resampling);
    outcome.law.draws = std::move(outcome.bootstrap->draws);
    outcome.intervals = coefficient_intervals(report.coefficients, outcome.law.draws);
  }
  outcome.options.progress = nullptr;
  outcome.findings = inspect_runs(law, outcome.runs, outcome.options);
  add_findings(outcome.findings, report);
  std::vector<Variable> variables;
  visit_law(law, [&]<Law L>() { variables.assign(L::kVariables.begin(), L::kVariables.end()); });
  outcome.seed_noise = estimate_seed_noise(outcome.runs, variables);
  outcome.law.coefficients = report.coefficients;
  outcome.law.ranges = report.ranges;
  outcome.law.fit_status = to_string(report.status);
  outcome.law.verdict = to_string(report.verdict);
  outcome.law.reasons = report.reasons;
  outcome.law.warnings = report.warnings;
  outcome.law.at_bound = report.at_bound;
  plan_minima(outcome);

  const std::string json = json_text(fit_to_json(outcome));
  if (!arguments.output.empty()) write_file(arguments.output, json);
  if (arguments.json) {
    print(json);
  } else {
    print(fit_text(outcome, arguments.profile));
    if (!arguments.output.empty()) print(fmt::format("\nlaw file: {}\n", arguments.output));
  }
  if (report.status == FitStatus::kConverged) return 0;
  warn("the fit did not converge; 'isoflop plan' will refuse it without --accept-unconverged");
  return 1;
}

}  // namespace

void add_fit(CLI::App& app, Job& job) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("fit", "The law behind a table of finished training runs");
  auto option = [&](const char* name, auto& target, const char* help, const char* type) {
    return command->add_option(name, target, help)->type_name(type);
  };
  arguments->records.add(*command);
  option("--law", arguments->law, "which formula; 'isoflop laws' lists them", "NAME")->required();
  option("-o,--output", arguments->output, "write the law file (isoflop.law/1) here", "LAW.json");
  arguments->conventions.add(*command);
  arguments->counts.add(*command);
  arguments->fit.add(*command);
  option("--bootstrap", arguments->bootstrap,
         "resamples behind the intervals (default 1000); 0 skips them", "K");
  option("--resample-size", arguments->resample_size,
         "runs a resample draws of n, in a fit of p coefficients: n^2/(n - 2p) (calibrated, the "
         "default) or n (same)",
         "calibrated|same");
  option("--interval", arguments->interval,
         "percentile (default), or bca: also leaves out each run once", "percentile|bca");
  option("--drop-worst", arguments->drop_worst,
         "fit, leave out the K runs with the largest errors, fit again; they are listed", "K");
  command->add_flag("--profile", arguments->profile,
                    "also show the profile likelihood interval of each coefficient");
  command->add_flag("--json", arguments->json, "print the law file and nothing else");
  command->footer(
      "Examples, in a checkout of isoflop:\n"
      "  isoflop fit data/published/krajewski2024_grid_simulated.csv --law fine-grained-moe \\\n"
      "      --column loss=loss_simulated --n-means total_non_embedding --expansion 64 -o "
      "law.json\n"
      "  isoflop fit data/published/krajewski2024_grid_simulated.csv --law chinchilla \\\n"
      "      --column loss=loss_simulated --where 'G=1'");
  command->callback([arguments, &job] {
    arguments->records.settle(arguments->fit);
    job = [arguments] { return run(*arguments); };
  });
}

}  // namespace isoflop::app
