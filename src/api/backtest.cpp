#include "isoflop/api/backtest.hpp"

#include <algorithm>
#include <cmath>

#include "api/backtest_fields.hpp"
#include "api/embeddings_choice.hpp"
#include "api/fit_choice.hpp"
#include "api/marked_runs.hpp"
#include "api/progress.hpp"
#include "api/run_conventions.hpp"
#include "api/runs_choice.hpp"
#include "api/table_plans.hpp"
#include "isoflop/convention/of_runs.hpp"
#include "isoflop/convention/of_shape.hpp"
#include "isoflop/error.hpp"
#include "isoflop/fit/bootstrap.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/model_config.hpp"
#include "isoflop/laws/law_facts.hpp"
#include "isoflop/plan/lost_flops.hpp"
#include "isoflop/plan/plan_problem.hpp"

namespace isoflop::api {
namespace {

/// A formula to fit, or a law with coefficients that is scored as it is.
struct AskedLaw {
  std::string name;
  AnyLaw law;
  std::optional<LawRecord> fixed;
};

/// A published law, or a file that holds coefficients.
bool has_coefficients(const std::string& name) {
  if (is_law_name(name)) return false;
  const std::vector<LawRecord>& presets = preset_laws();
  if (std::any_of(presets.begin(), presets.end(),
                  [&](const LawRecord& law) { return law.name == name; })) {
    return true;
  }
  return is_law_file(name);
}

std::vector<AskedLaw> laws_of(const std::vector<std::string>& names) {
  if (names.empty()) throw InvalidArgument("law", "name the laws: " + field("law") + " NAME");
  std::vector<AskedLaw> out;
  std::vector<AnyLaw> laws;
  for (const std::string& name : names) {
    AskedLaw asked{name, law_of(name, laws), std::nullopt};
    laws.push_back(asked.law);
    if (has_coefficients(name)) asked.fixed = placed_as(find_law(name), asked.law);
    for (const AskedLaw& other : out) {
      const bool same = asked.fixed ? other.name == name : !other.fixed && other.law == asked.law;
      if (same) throw InvalidArgument("law", field("law") + ": " + name + " is given twice");
    }
    out.push_back(std::move(asked));
  }
  return out;
}

BacktestOptions options_of(const BacktestRequest& request, const Context& context) {
  BacktestOptions out;
  out.fit = fit_options(request.fit, context);
  out.fit.profile = false;
  out.draw = draws_by_bootstrap(1000, false);
  return out;
}

/// The law fitted to all runs stands for the truth: it is the best that these runs know.
void judge_plan(const AnyLaw& law, const RunTable& runs, const Split& split,
                const FitOptions& options, ScoredLaw& scored) {
  if (runs.column(Variable::kN).empty() || runs.column(Variable::kD).empty()) return;
  if (!facts_of(law).predicts_loss()) return;
  const FitReport all = isoflop::fit(law, runs, options);
  if (all.status == FitStatus::kFailed) return;
  const std::vector<double> compute = six_nd_of(runs);
  double budget = 0.0;
  for (const std::size_t row : split.held_out) budget = std::max(budget, compute[row]);
  scored.plan_budget_flops = budget;
  if (!can_plan_budget(law)) return;
  const PlanProblem truth = six_nd_problem(law, all.coefficients, runs);
  if (has_granularity(truth.law)) scored.plan_granularity = truth.search.granularity;
  scored.plan_error_flops =
      lost_flops(truth, six_nd_problem(law, scored.report.fit.coefficients, runs), budget);
}

ScoredLaw score_fitted(const AnyLaw& law, const BacktestOptions& options,
                       const BacktestOutcome& so_far) {
  ScoredLaw out{law.name()};
  out.report = isoflop::backtest(law, so_far.runs, so_far.split, options);
  if (out.report.fit.status != FitStatus::kFailed) {
    judge_plan(law, so_far.runs, so_far.split, options.fit, out);
  }
  return out;
}

/// What is known of the models beside the numbers of their runs.
SizeConvention sizes_of(const EmbeddingsChoice& embeddings) {
  SizeConvention out;
  out.embedding_rows = rows_of(embeddings);
  if (!embeddings.shape.empty()) {
    out.shape.width_per_block = width_per_block(read_model_config(embeddings.shape));
  }
  return out;
}

ScoredLaw score_fixed(const AskedLaw& asked, const BacktestOutcome& so_far) {
  ConvertedRuns own = runs_of_law(*asked.fixed, asked.name, so_far.runs, so_far.table,
                                  sizes_of(so_far.request.embeddings));
  ScoredLaw out{asked.name, false, std::move(own.how)};
  out.report = score_law(*asked.fixed, own.runs, so_far.split);
  return out;
}

/// Reads the runs and splits them.
void read_and_split(const std::vector<AnyLaw>& formulas, Residual residual, BacktestOutcome& out) {
  const HoldOutRule rule = parse_hold_out(out.request.hold_out);
  out.hold_out = to_string(rule);
  RecordOptions how = record_options(out.request.runs);
  how.any_sign = residual == Residual::kRaw;
  const bool by_column = rule.by == HoldOutBy::kColumn;
  if (by_column) how.extra.push_back(rule.column);
  Records records = read_runs(out.request.runs, how, formulas);
  require_unchanged(out.inputs);
  merge_copies(records);
  out.runs = std::move(records.runs);
  out.records = std::move(records.log);
  std::vector<bool> marked;
  if (by_column) marked = marked_runs(rule.column, records.extra.at(rule.column), out.runs);
  out.split = split_runs(out.runs, rule, marked);
}

}  // namespace

bool BacktestOutcome::usable() const {
  return std::any_of(laws.begin(), laws.end(), [](const ScoredLaw& s) {
    return s.report.fit.status == FitStatus::kConverged;
  });
}

BacktestOutcome backtest(const BacktestRequest& request, const Context& context) {
  BacktestOutcome out;
  out.request = checked(request);
  out.inputs = inputs_of(request);
  const std::vector<AskedLaw> laws = laws_of(request.laws);
  std::vector<AnyLaw> formulas;
  for (const AskedLaw& asked : laws) formulas.push_back(asked.law);
  out.table = law_of_runs(formulas.front(), request.conventions);
  if (facts_of(formulas.front()).predicts_loss()) out.table.loss_unit = unit_of(request.runs);
  BacktestOptions options = options_of(request, context);
  read_and_split(formulas, options.fit.residual, out);
  // Those that need no fit first: what they miss is said before minutes of work.
  std::vector<ScoredLaw> scored(laws.size());
  for (std::size_t i = 0; i < laws.size(); ++i) {
    if (laws[i].fixed) scored[i] = score_fixed(laws[i], out);
  }
  for (std::size_t i = 0; i < laws.size(); ++i) {
    if (laws[i].fixed) continue;
    options.fit.progress = progress_of(context, laws[i].law.name());
    scored[i] = score_fitted(laws[i].law, options, out);
  }
  out.laws = std::move(scored);
  return out;
}

}  // namespace isoflop::api
