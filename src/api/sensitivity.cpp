#include "isoflop/api/sensitivity.hpp"

#include <algorithm>
#include <cmath>

#include "api/fit_choice.hpp"
#include "api/own_values.hpp"
#include "api/planner_choice.hpp"
#include "api/progress.hpp"
#include "api/run_conventions.hpp"
#include "api/runs_choice.hpp"
#include "api/sensitivity_fields.hpp"
#include "isoflop/convention/experts.hpp"
#include "isoflop/error.hpp"
#include "isoflop/fit/sensitivity.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/laws/loss_unit.hpp"
#include "isoflop/plan/plan_law.hpp"

namespace isoflop::api {
namespace {

constexpr std::size_t kInfluenceShown = 10;

/// The problem that is planned, with the rates that counts of experts say.
PlanProblem problem_of(const SensitivityRequest& request, const AnyLaw& law) {
  RunConventions conventions = request.conventions;
  AccountingChoice accounting = request.accounting;
  ExpertWords rates_alone;
  rates_alone.expansion = conventions.experts.expansion;
  ExpertWords& words = conventions.experts;
  words.granularity = accounting.granularity;
  settle_for_plan(words, law_of_runs(law, {conventions.n_means, rates_alone}));
  if (words.granularity) {
    accounting.search.clear();
    accounting.granularity = words.granularity;
  }
  rates_alone.expansion = words.expansion;
  PlanProblem out = pose(accounting, law_of_runs(law, {conventions.n_means, rates_alone}));
  set_own(facts_of(law), request.set, out.given);
  return out;
}

Decision decide(const PlanProblem& problem, double budget, const FitReport& report) {
  Decision out;
  out.status = report.status;
  out.num_runs = report.num_runs;
  out.objective = report.objective;
  if (report.status == FitStatus::kFailed) return out;
  PlanProblem with = problem;
  with.law.coefficients = report.coefficients;
  out.plan = plan_law(with, {budget}).at(0);
  if (!out.plan.usable()) out.note = to_string(out.plan.status);
  if (report.status != FitStatus::kConverged) out.note = to_string(report.status);
  return out;
}

std::string delta_label(double delta) {
  if (std::isinf(delta)) return "infinite: least squares";
  if (delta == kLeastAbsoluteDelta) return format_number(delta) + ": least absolute deviations";
  return format_number(delta);
}

std::string range_label(const std::string& symbol, const Range& range) {
  const std::string low = human_number(range.low), high = human_number(range.high);
  return low == high ? symbol + " = " + low : symbol + " from " + low + " to " + high;
}

/// "5 runs: line 3, 8, 9, 12, 40", of which five at most.
std::string lines_label(const std::vector<std::size_t>& lines) {
  constexpr std::size_t kShown = 5;
  std::string out = std::to_string(lines.size()) + (lines.size() == 1 ? " run" : " runs");
  for (std::size_t i = 0; i < std::min(lines.size(), kShown); ++i) {
    out += (i == 0 ? ": line " : ", ") + std::to_string(lines[i]);
  }
  return lines.size() > kShown ? out + ", ..." : out;
}

std::size_t file_line(const RunTable& runs, std::size_t row) {
  return runs.line.empty() ? row : runs.line[row];
}

void name_row(const SensitivityRow& row, const RunTable& runs, std::string_view unit,
              Decision& out) {
  switch (row.variation) {
    case Variation::kDelta:
      out.group = "Huber delta";
      out.label = delta_label(row.huber_delta);
      break;
    case Variation::kResidual:
      out.group = "residuals";
      out.label = row.residual == Residual::kRaw
                      ? (unit == kNatsPerToken ? "raw, in nats" : "raw, of L")
                      : "of ln L";
      break;
    case Variation::kWorst:
      out.group = "without the worst residuals";
      for (const std::size_t run : row.dropped) out.dropped_lines.push_back(file_line(runs, run));
      out.label = lines_label(out.dropped_lines);
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

void count(const Decision& decision, SensitivityOutcome& out) {
  if (!decision.note.empty()) {
    ++out.num_doubtful;
    return;
  }
  if (!out.span) out.span.emplace();
  out.span->include(decision.plan.tokens_per_active_parameter());
}

/// What moves N most comes first; the others are dropped.
void sort_influence(std::vector<Influence>& influence) {
  auto size = [](const Influence& i) {
    return std::isfinite(i.change_log_n) ? std::abs(i.change_log_n) : -1.0;
  };
  std::stable_sort(influence.begin(), influence.end(),
                   [&](const Influence& a, const Influence& b) { return size(a) > size(b); });
  if (influence.size() > kInfluenceShown) influence.resize(kInfluenceShown);
}

void decide_all(const SensitivityReport& report, const RunTable& runs, double budget,
                SensitivityOutcome& out) {
  out.base = decide(out.problem, budget, report.base);
  count(out.base, out);
  for (const SensitivityRow& row : report.rows) {
    Decision& d = out.rows.emplace_back(decide(out.problem, budget, row.report));
    name_row(row, runs, unit_of(out.request.runs), d);
    if (!row.note.empty()) d.note = row.note;
    count(d, out);
  }
  for (const RunLeftOut& without : report.left_out) {
    Decision d = decide(out.problem, budget, without.report);
    const double change = std::log(d.plan.n_active / out.base.plan.n_active);
    out.influence.push_back(
        {file_line(runs, without.run), report.log_residuals[without.run], std::move(d), change});
  }
  out.num_left_out = out.influence.size();
  sort_influence(out.influence);
}

}  // namespace

SensitivityOutcome sensitivity(const SensitivityRequest& request, const Context& context) {
  if (!request.flops) {
    throw InvalidArgument("flops", "say the budget to plan for: " + field("flops") + " X");
  }
  if (request.law.empty()) {
    throw InvalidArgument("law", "name the formula to fit: " + field("law") + " NAME");
  }
  SensitivityOutcome out;
  out.request = checked(request);
  out.inputs = inputs_of(request);
  SensitivityOptions options;
  options.fit = fit_options(request.fit, context);
  const AnyLaw law = law_of(request.law);
  out.problem = problem_of(request, law);
  Records records = read_runs(request.runs, record_options(request.runs), {law});
  require_unchanged(out.inputs);
  merge_copies(records);
  out.num_runs = records.runs.num_runs();
  out.records = records.log;
  options.fit.progress = progress_of(context, "refits");
  const SensitivityReport report = isoflop::sensitivity(law, records.runs, options);
  if (report.base.status == FitStatus::kFailed) {
    out.reasons = report.base.reasons;
    return out;
  }
  decide_all(report, records.runs, *request.flops, out);
  return out;
}

}  // namespace isoflop::api
