// isoflop sensitivity: what the plan for a budget depends on.
#include "isoflop/fit/sensitivity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <CLI/CLI.hpp>
#include <cmath>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "apps/isoflop/options/accounting.hpp"
#include "apps/isoflop/options/expert_counts.hpp"
#include "apps/isoflop/options/records_and_fit.hpp"
#include "apps/isoflop/verbs.hpp"
#include "apps/words/terminal.hpp"
#include "apps/words/words.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/text/grid.hpp"

namespace isoflop::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kSensitivityFormat = "isoflop.sensitivity/1";
constexpr std::size_t kInfluenceShown = 10;

struct Arguments {
  RecordArguments records;
  ConventionArguments conventions;
  CostArguments cost;
  ExpertCountArguments counts;
  FitArguments fit;
  std::string law, flops;
  bool json = false;
};

/// A fit and what it plans.
struct Decision {
  std::string group, label;
  const FitReport* report;
  Plan plan;
  std::string note;  ///< why there is no fit or no plan, or what to doubt
  std::vector<std::size_t> dropped_lines;
};

struct Influence {
  std::size_t line;
  double log_residual;
  Decision decision;
  double change;  ///< of ln N_active; NaN if there is no plan
};

struct Study {
  PlanProblem request;
  double budget_flops;
  Decision base;
  std::vector<Decision> rows;
  std::vector<Influence> influence;  ///< largest |change| first, kInfluenceShown at most
  std::size_t num_left_out = 0;
  std::optional<Range> span;     ///< of D/N_active over base and rows, doubtful ones left out
  std::size_t num_doubtful = 0;  ///< rows without a converged fit or a plan
};

Decision decide(const PlanProblem& request, double budget, const FitReport& report) {
  Decision out;
  out.report = &report;
  if (report.status == FitStatus::kFailed) return out;
  PlanProblem with = request;
  with.law.coefficients = report.coefficients;
  out.plan = plan_law(with, {budget}).at(0);
  if (!out.plan.usable()) out.note = to_string(out.plan.status);
  if (report.status != FitStatus::kConverged) out.note = to_string(report.status);
  return out;
}

std::string delta_label(double delta) {
  if (std::isinf(delta)) return "infinite: least squares";
  if (delta == kLeastAbsoluteDelta) {
    return format_number(delta) + ": least absolute deviations";
  }
  return format_number(delta);
}

std::string range_label(const std::string& symbol, const Range& range) {
  const std::string low = human_number(range.low), high = human_number(range.high);
  return low == high ? symbol + " = " + low : symbol + " from " + low + " to " + high;
}

std::size_t file_line(const RunTable& runs, std::size_t row) {
  return runs.line.empty() ? row : runs.line[row];
}

void name_row(const SensitivityRow& row, const RunTable& runs, Decision& out) {
  const std::string count = std::to_string(row.dropped.size());
  switch (row.variation) {
    case Variation::kDelta:
      out.group = "Huber delta";
      out.label = delta_label(row.huber_delta);
      break;
    case Variation::kResidual:
      out.group = "residuals";
      out.label = row.residual == Residual::kRaw ? "raw, in nats" : "of ln L";
      break;
    case Variation::kWorst:
      out.group = "without the worst residuals";
      for (const std::size_t run : row.dropped) out.dropped_lines.push_back(file_line(runs, run));
      out.label = count + (row.dropped.size() == 1 ? " run" : " runs");
      for (std::size_t i = 0; i < std::min<std::size_t>(out.dropped_lines.size(), 5); ++i) {
        out.label += (i == 0 ? ": line " : ", ") + std::to_string(out.dropped_lines[i]);
      }
      if (out.dropped_lines.size() > 5) out.label += ", ...";
      break;
    case Variation::kSize:
      out.group = "without one size";
      out.label = range_label("N", row.bin);
      break;
    case Variation::kBudget:
      out.group = "without one budget";
      out.label = range_label("6ND", row.bin);
      break;
  }
}

Study study_of(const SensitivityReport& report, const RunTable& runs, const PlanProblem& request,
               double budget) {
  Study out;
  out.request = request;
  out.budget_flops = budget;
  out.base = decide(request, budget, report.base);
  auto count = [&](const Decision& d) {
    if (!d.note.empty()) {
      ++out.num_doubtful;
      return;
    }
    if (!out.span) out.span.emplace();
    out.span->include(d.plan.tokens_per_active_parameter());
  };
  count(out.base);
  for (const SensitivityRow& row : report.rows) {
    Decision& d = out.rows.emplace_back(decide(request, budget, row.report));
    name_row(row, runs, d);
    if (!row.note.empty()) d.note = row.note;
    count(d);
  }
  for (const RunLeftOut& without : report.left_out) {
    Decision d = decide(request, budget, without.report);
    const double change = std::log(d.plan.n_active / out.base.plan.n_active);
    out.influence.push_back(
        {file_line(runs, without.run), report.log_residuals[without.run], std::move(d), change});
  }
  out.num_left_out = out.influence.size();
  auto size = [](const Influence& i) {
    return std::isfinite(i.change) ? std::abs(i.change) : -1.0;
  };
  std::stable_sort(out.influence.begin(), out.influence.end(),
                   [&](const Influence& a, const Influence& b) { return size(a) > size(b); });
  if (out.influence.size() > kInfluenceShown) out.influence.resize(kInfluenceShown);
  return out;
}

Json number_or_null(double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); }

void add_decision(const PlanProblem& request, const Decision& d, Json& out) {
  out["status"] = to_string(d.report->status);
  out["plan_status"] = to_string(d.plan.status);
  out["note"] = d.note.empty() ? Json(nullptr) : Json(d.note);
  out["n_total"] = number_or_null(d.plan.n_total);
  out["n_active"] = number_or_null(d.plan.n_active);
  out["d_tokens"] = number_or_null(d.plan.d_tokens);
  out["tokens_per_active_parameter"] = number_or_null(d.plan.tokens_per_active_parameter());
  out["granularity"] = number_or_null(d.plan.granularity);
  out["loss"] = number_or_null(d.plan.loss);
  const auto rates = rates_of_plan(request, d.plan);
  out["experts"] = rates && d.plan.usable() ? rates_to_json(*rates, d_ff_of_plan(request, d.plan))
                                            : Json(nullptr);
}

Json row_json(const PlanProblem& request, const Decision& d) {
  Json out;
  out["group"] = d.group;
  out["label"] = d.label;
  out["num_runs"] = d.report->num_runs;
  out["objective"] = number_or_null(d.report->objective);
  add_decision(request, d, out);
  if (!d.dropped_lines.empty()) out["dropped_lines"] = d.dropped_lines;
  return out;
}

Json json_of(const Study& study) {
  Json out;
  out["format"] = kSensitivityFormat;
  out["law"] = study.request.law.law.name();
  out["budget_flops"] = study.budget_flops;
  out["cost"] = study.request.accounting == FlopAccounting::kPaper ? "paper" : "6nd";
  out["expansion"] =
      study.request.law.expansion ? Json(*study.request.law.expansion) : Json(nullptr);
  out["base"] = row_json(study.request, study.base);
  out["rows"] = Json::array();
  for (const Decision& row : study.rows) out["rows"].push_back(row_json(study.request, row));
  out["runs_left_out"] = study.num_left_out;
  out["influence"] = Json::array();
  for (const Influence& i : study.influence) {
    Json one;
    one["line"] = i.line;
    one["log_residual"] = number_or_null(i.log_residual);
    one["change_log_n"] = number_or_null(i.change);
    add_decision(study.request, i.decision, one);
    out["influence"].push_back(one);
  }
  out["tokens_per_active_parameter_span"] =
      study.span ? Json::array({study.span->low, study.span->high}) : Json(nullptr);
  return out;
}

/// Change against the base in per cent.
std::string change_text(double value, double base) {
  return std::isfinite(value / base) ? fmt::format("{:+.1f} %", 100.0 * (value / base - 1.0)) : "-";
}

/// One line of either table, whose first two cells are its own; an empty decision is the header.
std::vector<std::string> line_of(std::string first, std::string second, const Study& study,
                                 const Decision* d) {
  std::vector<std::string> out{std::move(first), std::move(second)};
  auto add = [&](const char* head, auto&& text) {
    out.push_back(d == nullptr ? head : d->plan.usable() ? text(d->plan) : "-");
  };
  const Plan& base = study.base.plan;
  add("N active", [](const Plan& p) { return human_number(p.n_active); });
  add("change", [&](const Plan& p) { return change_text(p.n_active, base.n_active); });
  add("D tokens", [](const Plan& p) { return human_number(p.d_tokens); });
  add("change", [&](const Plan& p) { return change_text(p.d_tokens, base.d_tokens); });
  add("D/N", [](const Plan& p) { return fmt::format("{:.1f}", p.tokens_per_active_parameter()); });
  if (has_granularity(study.request.law)) {
    add("G", [](const Plan& p) { return fmt::format("{:.4g}", p.granularity); });
  }
  add("loss", [](const Plan& p) { return fmt::format("{:.4f}", p.loss); });
  if (d != nullptr && !d->note.empty()) out.push_back("   " + d->note);
  return out;
}

/// The experts of the plan that was asked for.
std::string experts_line(const Study& study) {
  const auto rates = rates_of_plan(study.request, study.base.plan);
  if (!rates) return "";
  return "Experts, as asked: " +
         describe_rates(*rates, d_ff_of_plan(study.request, study.base.plan)) + "\n";
}

std::string text_of(const Study& study, const FitOptions& options, const Records& records) {
  const PlanProblem& request = study.request;
  std::string out =
      fmt::format("{} on {} runs of {}, planned for {} FLOPs\nFLOPs: {}\n{}\n",
                  request.law.law.name(), records.runs.num_runs(), records.log.path,
                  human_number(study.budget_flops), describe_cost(request), experts_line(study));
  const std::size_t note = has_granularity(request.law) ? 9 : 8;
  TextGrid grid({0, note});
  grid.add(line_of("", "runs", study, nullptr));
  const std::string delta =
      std::isfinite(options.huber_delta) ? format_number(options.huber_delta) : "inf";
  grid.add(line_of(fmt::format("as asked: delta {}, {} residuals", delta,
                               options.residual == Residual::kLog ? "log" : "raw"),
                   std::to_string(study.base.report->num_runs), study, &study.base));
  std::string group;
  for (const Decision& row : study.rows) {
    if (row.group != group) grid.add({group = row.group});
    grid.add(line_of("  " + row.label, std::to_string(row.report->num_runs), study, &row));
  }
  out += grid.text();

  TextGrid runs({0, note});
  runs.add(line_of("left out", "error", study, nullptr));
  for (const Influence& i : study.influence) {
    runs.add(line_of(fmt::format("line {}", i.line),
                     fmt::format("{:+.2f} %", 100.0 * std::expm1(i.log_residual)), study,
                     &i.decision));
  }
  out += fmt::format("\nThe runs that move N most, of {} that were left out one by one:\n{}",
                     study.num_left_out, runs.text());
  const std::size_t num_fits = study.rows.size() + 1;
  if (study.num_doubtful > 0) {
    out += fmt::format("\n{} of {} fits did not converge or gave no plan; they are marked.\n",
                       study.num_doubtful, num_fits);
  }
  if (study.span) {
    out += fmt::format("\nTokens per active parameter over {} fits: from {:.1f} to {:.1f}\n",
                       num_fits - study.num_doubtful, study.span->low, study.span->high);
  }
  return out;
}

int run(const Arguments& arguments) {
  const double budget = positive_argument("--flops", arguments.flops);
  SensitivityOptions options;
  options.fit = arguments.fit.options();
  const AnyLaw law = law_of(arguments.law);
  ConventionArguments conventions = arguments.conventions;
  CostArguments cost = arguments.cost;
  arguments.counts.settle(conventions.record(law), conventions.expansion, cost.granularity);
  const PlanProblem request = cost.request(conventions.record(law));
  const Records records = arguments.records.read({law});
  SensitivityReport report;
  {
    Progress progress("refits");
    options.fit.progress = [&](std::size_t done, std::size_t all) { progress.update(done, all); };
    report = sensitivity(law, records.runs, options);
  }
  if (report.base.status == FitStatus::kFailed) {
    for (const std::string& reason : report.base.reasons) warn(reason);
    return 1;
  }
  const Study study = study_of(report, records.runs, request, budget);
  print(arguments.json ? json_text(json_of(study)) : text_of(study, options.fit, records));
  return study.base.note.empty() ? 0 : 1;
}

}  // namespace

void add_sensitivity(CLI::App& app, Job& job) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App* command = app.add_subcommand("sensitivity", "What the plan for a budget depends on");
  arguments->records.add(*command);
  command->add_option("--law", arguments->law, "which formula; 'isoflop laws' lists them")
      ->type_name("NAME")
      ->required();
  command->add_option("--flops", arguments->flops, "the budget to plan for")
      ->type_name("X")
      ->required();
  arguments->conventions.add(*command);
  arguments->cost.add(*command);
  arguments->counts.add(*command);
  arguments->fit.add(*command);
  command->add_flag("--json", arguments->json,
                    "print JSON (isoflop.sensitivity/1) and nothing else");
  command->footer(
      "Example, in a checkout of isoflop:\n"
      "  isoflop sensitivity data/published/krajewski2024_grid_simulated.csv --flops 1e21 \\\n"
      "      --law fine-grained-moe --column loss=loss_simulated \\\n"
      "      --n-means total_non_embedding --expansion 64 --starts 16");
  command->callback([arguments, &job] {
    arguments->records.settle(arguments->fit);
    job = [arguments] { return run(*arguments); };
  });
}

}  // namespace isoflop::app
