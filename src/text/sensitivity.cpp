#include "isoflop/text/sensitivity.hpp"

#include <fmt/format.h>

#include <cmath>

#include "isoflop/convention/law_variables.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/plan/experts_of_plan.hpp"
#include "isoflop/text/experts.hpp"
#include "isoflop/text/grid.hpp"
#include "isoflop/text/read_as.hpp"
#include "text/budget.hpp"

namespace isoflop::text {
namespace {

using api::Decision;
using api::SensitivityOutcome;
using app::TextGrid;

/// Change against the base in per cent.
std::string change_text(double value, double base) {
  return std::isfinite(value / base) ? fmt::format("{:+.1f} %", 100.0 * (value / base - 1.0)) : "-";
}

/// One line of either table, whose first two cells are its own; no decision is the header.
std::vector<std::string> line_of(std::string first, std::string second,
                                 const SensitivityOutcome& outcome, const Decision* d) {
  std::vector<std::string> out{std::move(first), std::move(second)};
  auto add = [&](const char* head, auto&& text) {
    out.push_back(d == nullptr ? head : d->plan.usable() ? text(d->plan) : "-");
  };
  const Plan& base = outcome.base.plan;
  add("N active", [](const Plan& p) { return human_number(p.n_active); });
  add("change", [&](const Plan& p) { return change_text(p.n_active, base.n_active); });
  add("D tokens", [](const Plan& p) { return human_number(p.d_tokens); });
  add("change", [&](const Plan& p) { return change_text(p.d_tokens, base.d_tokens); });
  add("D/N", [](const Plan& p) { return fmt::format("{:.1f}", p.tokens_per_active_parameter()); });
  if (has_granularity(outcome.problem.law)) {
    add("G", [](const Plan& p) { return fmt::format("{:.4g}", p.granularity); });
  }
  add("loss", [](const Plan& p) { return fmt::format("{:.4f}", p.loss); });
  if (d != nullptr && !d->note.empty()) out.push_back("   " + d->note);
  return out;
}

/// The experts of the plan that was asked for.
std::string experts_line(const SensitivityOutcome& outcome) {
  const auto rates = rates_of_plan(outcome.problem, outcome.base.plan);
  if (!rates) return "";
  return "Experts, as asked: " +
         describe_rates(*rates, d_ff_of_plan(outcome.problem, outcome.base.plan)) + "\n";
}

std::string head(const SensitivityOutcome& outcome) {
  return read_as(outcome.records) +
         fmt::format("{} on {} runs of {}, planned for {} FLOPs\nFLOPs: {}\n{}\n",
                     outcome.problem.law.law.name(), outcome.num_runs, outcome.records.path,
                     human_number(outcome.request.flops.value_or(0.0)),
                     describe_cost(cost_terms(outcome.problem)), experts_line(outcome));
}

/// Columns that are set flush left: names and notes.
std::vector<std::size_t> left_columns(const SensitivityOutcome& outcome) {
  return {0, has_granularity(outcome.problem.law) ? std::size_t{9} : std::size_t{8}};
}

std::string table_of_fits(const SensitivityOutcome& outcome) {
  const api::FitChoice& fit = outcome.request.fit;
  TextGrid grid(left_columns(outcome));
  grid.add(line_of("", "runs", outcome, nullptr));
  const std::string delta = std::isfinite(fit.huber_delta) ? format_number(fit.huber_delta) : "inf";
  grid.add(line_of(fmt::format("as asked: delta {}, {} residuals", delta, fit.residual),
                   std::to_string(outcome.base.num_runs), outcome, &outcome.base));
  std::string group;
  for (const Decision& row : outcome.rows) {
    if (row.group != group) grid.add({group = row.group});
    grid.add(line_of("  " + row.label, std::to_string(row.num_runs), outcome, &row));
  }
  return grid.text();
}

std::string table_of_runs(const SensitivityOutcome& outcome) {
  TextGrid grid(left_columns(outcome));
  grid.add(line_of("left out", "error", outcome, nullptr));
  for (const api::Influence& i : outcome.influence) {
    grid.add(line_of(fmt::format("line {}", i.line),
                     fmt::format("{:+.2f} %", 100.0 * std::expm1(i.log_residual)), outcome,
                     &i.decision));
  }
  return grid.text();
}

}  // namespace

std::string sensitivity(const SensitivityOutcome& outcome) {
  std::string out = head(outcome) + table_of_fits(outcome);
  out += fmt::format("\nThe runs that move N most, of {} that were left out one by one:\n{}",
                     outcome.num_left_out, table_of_runs(outcome));
  const std::size_t num_fits = outcome.rows.size() + 1;
  if (outcome.num_doubtful > 0) {
    out += fmt::format("\n{} of {} fits did not converge or gave no plan; they are marked.\n",
                       outcome.num_doubtful, num_fits);
  }
  if (outcome.span) {
    out += fmt::format("\nTokens per active parameter over {} fits: from {:.1f} to {:.1f}\n",
                       num_fits - outcome.num_doubtful, outcome.span->low, outcome.span->high);
  }
  return out;
}

}  // namespace isoflop::text
