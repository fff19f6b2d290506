#include "api/fit_plans.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "api/table_plans.hpp"
#include "api/unseen_bend.hpp"
#include "isoflop/fit/hold_out.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/plan/plan_draws.hpp"
#include "isoflop/plan/plan_fault.hpp"
#include "isoflop/plan/plan_law.hpp"

namespace isoflop::api {
namespace {

constexpr double kTimes = 10.0;  // the budget that a fit is asked about, over the largest run's

bool has_compute(const RunTable& runs) {
  return !runs.column(Variable::kN).empty() && !runs.column(Variable::kD).empty();
}

/// What each local minimum would plan with the largest budget among the runs, where the law's
/// conventions allow a plan.
void plan_minima(FitOutcome& out) {
  PlanProblem problem;
  problem.law = out.law;
  problem.law.draws = {};
  problem.accounting = has_granularity(out.law) ? FlopAccounting::kPaper : FlopAccounting::kSixNd;
  if (!has_compute(out.runs) || out.report.minima.size() < 2) return;
  if (plan_fault(problem)) return;  // nobody said what N counts, say
  double budget = 0.0;
  for (const double flops : six_nd_of(out.runs)) {
    budget = std::max(budget, flops / n_law_per_active(problem));
  }
  for (const LocalMinimum& m : out.report.minima) {
    problem.law.coefficients = m.coefficients;
    out.minima_plans.push_back(plan_law(problem, {budget}).at(0));
  }
}

/// The largest difference of N or D between two plans, as a ratio above one.
double apart(const Plan& a, const Plan& b) {
  const double n = std::abs(std::log(a.n_active / b.n_active));
  return std::exp(std::max(n, std::abs(std::log(a.d_tokens / b.d_tokens))));
}

/// A second minimum about as good as the first that plans something else.
void compare_minima(double budget, FitOutcome& out) {
  constexpr double kAnother = 1.1;
  FitReport& report = out.report;
  if (report.minima.size() < 2 || !std::isfinite(report.tolerated_rise)) return;
  auto plan_of = [&](const LocalMinimum& m) {
    return plan_law(six_nd_problem(out.law.law, m.coefficients, out.runs), {budget}).at(0);
  };
  const LocalMinimum& first = report.minima.front();
  const Plan own = plan_of(first);
  for (std::size_t i = 1; i < report.minima.size(); ++i) {
    const LocalMinimum& other = report.minima[i];
    if (other.objective > first.objective + report.tolerated_rise) break;
    const Plan theirs = plan_of(other);
    if (!own.usable() || !theirs.usable() || apart(own, theirs) < kAnother) continue;
    report.questions.coefficients.lower_to(
        CoefficientsWord::kNotDetermined,
        fmt::format("another minimum, {:.2g} % above, is no worse by these runs and plans N = {} "
                    "where the best plans {} (at {} FLOPs)",
                    100.0 * (other.objective / first.objective - 1.0),
                    human_number(theirs.n_active), human_number(own.n_active),
                    human_number(budget)));
    return;
  }
}

/// What the draws lose by the plan of the fit for a budget beyond the runs.
void ask_draws(double budget, FitOutcome& out) {
  constexpr double kMostLost = 0.05;  // laws bend, so half of what a good plan may lose
  if (out.law.draws.bootstrap.empty()) return;
  PlanProblem problem = six_nd_problem(out.law.law, out.report.coefficients, out.runs);
  problem.law.draws.bootstrap = out.law.draws.bootstrap;
  std::vector<Plan> plans = plan_law(problem, {budget});
  add_draws(problem, plans);
  const Plan& plan = plans.front();
  if (!plan.usable() || !plan.draws) return;
  out.lost_beyond = plan.draws->regret_95 / plan.budget;
  if (*out.lost_beyond <= kMostLost) return;
  out.report.questions.coefficients.lower_to(
      CoefficientsWord::kWeak,
      fmt::format("a plan for {} FLOPs, ten times the largest run, could lose {:.0f} % of them "
                  "(95 % of the refits lose less)",
                  human_number(plan.budget), 100.0 * *out.lost_beyond));
}

/// Whether the runs would have shown a law that bends. Said where nothing else keeps the
/// coefficients from being called determined: whatever cures that shows bends as well.
void ask_bend(double budget, FitOutcome& out) {
  constexpr double kMostLost = 0.5;
  const UnseenBend bend =
      lost_to_unseen_bend(*fit_law(out.law.law), out.runs, out.options, out.report, budget);
  out.lost_to_bend = bend.lost;
  const bool determined = out.report.weak.empty() &&
                          out.report.questions.coefficients.word == CoefficientsWord::kDetermined;
  if (bend.lost <= kMostLost || !determined) return;
  out.report.questions.coefficients.lower_to(
      CoefficientsWord::kWeak,
      fmt::format(
          "the runs could not show it if the law bends along {0}, which could lose {1:.0f} % "
          "of a plan for {2} FLOPs. More values of {0}, farther apart, or repeats would",
          info(bend.along).symbol, 100.0 * bend.lost, human_number(budget)));
}

}  // namespace

void add_plans(FitOutcome& out) {
  plan_minima(out);
  if (!has_compute(out.runs) || !can_plan_budget(out.law.law)) return;
  const std::vector<double> compute = six_nd_of(out.runs);
  const double budget = *std::max_element(compute.begin(), compute.end());
  compare_minima(budget, out);
  ask_draws(kTimes * budget, out);
  if (std::isfinite(out.report.rmse_log)) ask_bend(kTimes * budget, out);
}

}  // namespace isoflop::api
