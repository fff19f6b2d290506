#include "isoflop/plan/versus.hpp"

#include <cmath>

#include "isoflop/convention/flops.hpp"
#include "isoflop/error.hpp"
#include "isoflop/laws/law_facts.hpp"
#include "isoflop/plan/plan_fault.hpp"
#include "isoflop/plan/planner.hpp"

namespace isoflop {

std::vector<Versus> versus(const PlanProblem& other, const std::vector<Plan>& plans) {
  if (const auto fault = plan_fault(other)) throw *fault;
  std::vector<Versus> out;
  const Planner planner = Planners(other).own();
  for (const Plan& plan : plans) {
    Versus& answer = out.emplace_back();
    if (!std::isfinite(plan.loss)) {
      answer.note = "there is no plan to compare with";
      continue;
    }
    const auto log_budget = planner.log_budget_for(std::log(plan.loss), other.search);
    if (!log_budget) {
      answer.note = "no budget reaches this loss";
      continue;
    }
    answer.budget = std::exp(*log_budget);
    answer.compute_multiplier = std::exp(*log_budget - std::log(plan.budget));
  }
  return out;
}

PlanProblem coarse_of(const PlanProblem& problem) {
  if (!has_granularity(problem.law)) {
    throw InvalidArgument("the law " + problem.law.law.name() +
                          " has no granularity, so that nothing is coarser");
  }
  PlanProblem out = problem;
  out.search.search = GranularitySearch::kFixed;
  out.search.granularity = 1.0;
  return out;
}

PlanProblem with_law(const PlanProblem& problem, const LawRecord& law) {
  PlanProblem out = problem;
  out.law = law;
  if (law.family) out.shape = *law.family;
  if (law.n_means != NMeaning::kTotal) out.embedding_rows = 0.0;
  for (const VariableInfo& v : kVariables) {
    if (!law_has_variable(law, v.id)) out.given[index_of(v.id)] = Plan::kNone;
  }
  // Of another law's own variables those of the same name are meant.
  const LawFacts asked = facts_of(problem.law.law), facts = facts_of(law.law);
  for (std::size_t place = kVariables.size(); place < kNumVariables; ++place) {
    out.given[place] = Plan::kNone;
  }
  for (const VariableInfo& own : facts.own_variables) {
    for (const VariableInfo& same : asked.own_variables) {
      if (own.symbol != same.symbol) continue;
      out.given[index_of(own.id)] = problem.given[index_of(same.id)];
    }
  }
  const bool free_g = has_granularity(law) && out.search.search != GranularitySearch::kFixed;
  // 6ND puts no price on granularity.
  if (free_g && out.accounting == FlopAccounting::kSixNd) out.accounting = own_accounting(law);
  if (n_law_fault(out)) {
    out.accounting = own_accounting(law);
    n_law_per_active(out);  // throws where that cannot price the law either
  }
  return out;
}

Rival dense_of(const PlanProblem& problem, const std::vector<LawRecord>& published) {
  const LawRecord& law = problem.law;
  const std::string asked = field("versus") + " dense: ";
  if (law_has_variable(law, Variable::kE)) {
    Rival out{"E = 1", problem};
    out.problem.given[index_of(Variable::kE)] = 1.0;
    out.problem.law.expansion = 1.0;
    return out;
  }
  if (law.expansion && *law.expansion == 1.0) {
    throw InvalidArgument("versus", asked + "this law is one of dense models itself");
  }
  const std::string wanted = law.name.substr(0, law.name.find('-')) + "-dense";
  for (const LawRecord& other : published) {
    if (law.published && other.name == wanted) return {wanted, with_law(problem, other)};
  }
  throw InvalidArgument(
      "versus", asked +
                    "no dense law was published beside this one, and it has no E that could be 1; "
                    "name a dense law instead, such as " +
                    field("versus") + " krajewski2024-dense");
}

}  // namespace isoflop
