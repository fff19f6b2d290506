#include "isoflop/plan/plan_law.hpp"

#include <array>
#include <cmath>

#include "isoflop/core/stop_if_cancelled.hpp"
#include "isoflop/error.hpp"
#include "isoflop/plan/plan_fault.hpp"
#include "isoflop/plan/planner.hpp"

namespace isoflop {
namespace {

/// Of a run with this N, as the law counts it, and D. From files without the range of N D the
/// largest N and D stand for it: no run had more than both.
std::optional<DecadesBeyond> beyond_runs(const Ranges& ranges, double n_law, double d_tokens) {
  const std::optional<Range>& n = ranges[Variable::kN];
  const std::optional<Range>& d = ranges[Variable::kD];
  DecadesBeyond out;
  double most = 0.0;
  if (ranges.n_times_d) {
    most = ranges.n_times_d->high;
  } else if (n && d) {
    most = n->high * d->high;
    out.at_least = true;
  } else {
    return std::nullopt;
  }
  out.decades = std::log10(n_law * d_tokens / most);
  constexpr double kRounding = 1e-9;  // of a number that was printed and read again
  if (!(out.decades > kRounding)) return std::nullopt;
  return out;
}

/// Calls make_plans(planner, plans), which adds one plan per budget, and fills in what follows from
/// the problem.
template <class MakePlans>
std::vector<Plan> planned(const PlanProblem& problem, const MakePlans& make_plans) {
  if (const auto fault = plan_fault(problem)) throw *fault;
  const LawRecord& law = problem.law;
  const double total = n_total_per_active(problem);
  const bool counts_embeddings =
      law.n_means != NMeaning::kTotalNonEmbedding && law.n_means != NMeaning::kActiveNonEmbedding;

  auto complete = [&](Plan& plan) {
    if (!plan.usable()) return;
    plan.n_total = plan.n_active * total;
    if (law.family && law.expansion) {
      plan.n_total = problem.shape.n_total(plan.n_active, *law.expansion);
    }
    if (!counts_embeddings || law.family || problem.embedding_rows > 0.0) {
      plan.d_model = problem.shape.d_model(plan.n_active);
      plan.n_blocks = problem.shape.n_blocks(plan.n_active);
    }
    auto outside = [](const std::optional<Range>& range, double x) {
      return range && !range->contains(x);
    };
    std::array<double, kNumVariables> values = problem.given;
    values[index_of(Variable::kN)] = plan.n_law;
    values[index_of(Variable::kD)] = plan.d_tokens;
    values[index_of(Variable::kG)] = plan.granularity;
    if (law.expansion) values[index_of(Variable::kE)] = *law.expansion;
    plan.epochs = plan.d_tokens / problem.given[index_of(Variable::kU)];
    for (std::size_t v = 0; v < kNumVariables; ++v) {
      if (outside(law.ranges.variables[v], values[v])) {
        plan.extrapolated.push_back(static_cast<Variable>(v));
      }
    }
    plan.extrapolates_d_per_n = outside(law.ranges.d_per_n, plan.d_tokens / plan.n_law);
    plan.beyond_runs = beyond_runs(law.ranges, plan.n_law, plan.d_tokens);
    const double g = std::isfinite(plan.granularity) ? plan.granularity : 1.0;
    plan.extrapolates_time =
        problem.time && problem.time->is_extrapolated(std::log(plan.n_active), std::log(g));
    if (!law.secondary_source) return;
    const bool known = law.ranges[Variable::kN] && law.ranges[Variable::kD];
    if (known && plan.extrapolated.empty()) return;
    plan.status = PlanStatus::kOutsideRange;
    plan.note = known
                    ? "outside the range of its runs, and the law is quoted from a secondary source"
                    : "the law is quoted from a secondary source and the range of its runs is not "
                      "known";
  };

  std::vector<Plan> plans;
  make_plans(Planners(problem).own(), plans);
  for (Plan& plan : plans) complete(plan);
  return plans;
}

}  // namespace

std::vector<Plan> plan_law(const PlanProblem& problem, const std::vector<double>& budgets) {
  return planned(problem, [&](const Planner& planner, std::vector<Plan>& plans) {
    for (const double budget : budgets) plans.push_back(planner.plan(budget, problem.search));
  });
}

std::vector<Plan> plan_curve(const PlanProblem& problem, const std::vector<double>& budgets,
                             const std::function<bool()>& cancelled) {
  for (const double budget : budgets) require_plan_arguments(budget, problem.search);
  return planned(problem, [&](const Planner& planner, std::vector<Plan>& plans) {
    Optimum last;
    for (const double budget : budgets) {
      stop_if_cancelled(cancelled);
      last = planner.optimum(std::log(budget), problem.search, &last);
      plans.push_back(planner.describe(budget, last));
    }
  });
}

}  // namespace isoflop
