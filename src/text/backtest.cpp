#include "isoflop/text/backtest.hpp"

#include <fmt/format.h>

#include <cmath>

#include "isoflop/core/run_compute.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/laws/law_facts.hpp"
#include "isoflop/laws/loss_unit.hpp"
#include "isoflop/text/experts.hpp"
#include "isoflop/text/grid.hpp"
#include "isoflop/text/read_as.hpp"

namespace isoflop::text {
namespace {

using app::TextGrid;

/// Of logarithms, or where something has none of the numbers themselves.
double error_of(const api::ScoredLaw& scored) {
  const BacktestReport& report = scored.report;
  return std::isfinite(report.rmse_log) ? report.rmse_log : report.rmse_nats;
}

/// The sentence below the table. Laws whose refit did not converge cannot win.
std::string conclusion(const std::vector<api::ScoredLaw>& laws) {
  const api::ScoredLaw* best = nullptr;
  for (const api::ScoredLaw& scored : laws) {
    if (scored.report.fit.status != FitStatus::kConverged) continue;
    if (best == nullptr || error_of(scored) < error_of(*best)) best = &scored;
  }
  if (best == nullptr) return "No law converged on the runs that were left, so no forecast counts.";
  const std::string what =
      std::isfinite(best->report.rmse_log)
          ? fmt::format("with an rms error of {:.2f} %", best->report.rmse_per_cent)
          : fmt::format("with an rms error of {:.4g}", best->report.rmse_nats);
  return (laws.size() > 1 ? fmt::format("{} forecast best, {}.", best->name, what)
                          : fmt::format("{} forecast {}.", best->name, what)) +
         "\nNo run that was held out took part in choosing a start, a delta or a law.";
}

/// What "plan error" means here.
std::string plan_note(const std::vector<api::ScoredLaw>& laws) {
  std::string held;
  double budget = Plan::kNone;
  for (const api::ScoredLaw& scored : laws) {
    if (!std::isfinite(scored.plan_budget_flops)) continue;
    budget = scored.plan_budget_flops;
    if (scored.plan_granularity) held = ", G = " + human_number(*scored.plan_granularity);
  }
  if (!std::isfinite(budget)) return "";
  return fmt::format(
      "Plan error: FLOPs wasted by planning {} FLOPs (6ND as the table counts N{}) with the\n"
      "forecast, if the same law fitted to all runs holds.\n",
      human_number(budget), held);
}

/// What was hidden, and what its numbers count.
std::string head(const api::BacktestOutcome& outcome) {
  const LawRecord& table = outcome.table;
  std::string out =
      read_as(outcome.records) + fmt::format("{}: {} runs fitted, {} held out ({})\n",
                                             outcome.runs.source, outcome.split.fitted.size(),
                                             outcome.split.held_out.size(), outcome.hold_out);
  const ComputeMeasure measure = compute_measure(outcome.runs);
  if (outcome.hold_out.starts_with("compute") && measure != ComputeMeasure::kSixNd) {
    out += fmt::format("Held out by {}: the runs have no N and D for compute\n",
                       measure == ComputeMeasure::kC   ? "C"
                       : measure == ComputeMeasure::kN ? "N"
                                                       : "D");
  }
  if (table.n_means != NMeaning::kUnspecified) {
    out += fmt::format("N of the runs is {}\n", to_string(table.n_means));
  }
  if (table.expansion && *table.expansion > 1.0) {
    out += "Experts: " + describe_rates({.expansion = table.expansion}) + "\n";
  }
  for (const api::ScoredLaw& scored : outcome.laws) {
    for (const std::string& how : scored.conversions) {
      out += fmt::format("{} takes {}\n", scored.name, how);
    }
  }
  return out + "\n";
}

/// A column for each law.
std::string table_of(const std::vector<api::ScoredLaw>& laws, const std::string& unit,
                     const Target& predicted) {
  const std::string target = predicted.is_own ? std::string(predicted.symbol) : "L";
  auto number = [](const char* format, double x) {
    return std::isfinite(x) ? fmt::format(fmt::runtime(format), x) : std::string("-");
  };
  TextGrid grid({0});
  auto row = [&](const std::string& name, auto&& value) {
    std::vector<std::string> cells{name};
    for (const api::ScoredLaw& scored : laws) cells.push_back(value(scored));
    grid.add(std::move(cells));
  };
  row("", [](const api::ScoredLaw& s) { return s.name; });
  row("free coefficients",
      [](const api::ScoredLaw& s) { return std::to_string(s.report.fit.num_free); });
  row("verdict", [](const api::ScoredLaw& s) {
    return s.fitted ? std::string(to_string(s.report.fit.verdict)) : "not fitted";
  });
  row("fitted: rms error, ln " + target,
      [&](const api::ScoredLaw& s) { return number("{:.5f}", s.report.fit.rmse_log); });
  row("held out: rms error, ln " + target,
      [&](const api::ScoredLaw& s) { return number("{:.5f}", s.report.rmse_log); });
  row("  in " + (unit.empty() ? target : unit_of_difference(unit)), [&](const api::ScoredLaw& s) {
    return number(predicted.is_own ? "{:.5g}" : "{:.5f}", s.report.rmse_nats);
  });
  row("  in per cent",
      [&](const api::ScoredLaw& s) { return number("{:.2f} %", s.report.rmse_per_cent); });
  row("  mean error",
      [&](const api::ScoredLaw& s) { return number("{:+.2f} %", s.report.mean_error_per_cent); });
  row("  inside 95 % of new runs",
      [&](const api::ScoredLaw& s) { return number("{:.0f} %", 100.0 * s.report.coverage_95); });
  row("plan error, FLOPs", [&](const api::ScoredLaw& s) {
    return std::isfinite(s.plan_error_flops) ? human_number(s.plan_error_flops) : "-";
  });
  row("  of the budget", [&](const api::ScoredLaw& s) {
    return number("{:.2f} %", 100.0 * s.plan_error_flops / s.plan_budget_flops);
  });
  return grid.text();
}

/// What is to be doubted in each fit.
std::string doubts(const std::vector<api::ScoredLaw>& laws) {
  std::string out;
  for (const api::ScoredLaw& scored : laws) {
    const FitReport& fit = scored.report.fit;
    for (const std::vector<std::string>* texts : {&fit.reasons, &fit.warnings}) {
      for (const std::string& text : *texts) out += fmt::format("{}: {}\n", scored.name, text);
    }
  }
  return out;
}

}  // namespace

std::string backtest(const api::BacktestOutcome& outcome) {
  const Target target = facts_of(outcome.table.law).target;
  return head(outcome) + table_of(outcome.laws, outcome.table.loss_unit, target) + "\n" +
         conclusion(outcome.laws) + "\n" + plan_note(outcome.laws) + doubts(outcome.laws);
}

}  // namespace isoflop::text
