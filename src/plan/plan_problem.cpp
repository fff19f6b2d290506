#include "isoflop/plan/plan_problem.hpp"

#include "isoflop/convention/size.hpp"
#include "isoflop/laws/law_facts.hpp"

namespace isoflop {
namespace {

std::optional<InvalidArgument> plannable_fault(const LawRecord& law) {
  if (can_plan(law.law)) return std::nullopt;
  return InvalidArgument("the law " + law.law.name() +
                         " has no compute-optimal plan: it does not give a loss from N and D");
}

}  // namespace

bool can_plan(const AnyLaw& law) {
  const LawFacts facts = facts_of(law);
  return facts.predicts_loss() && facts.has(Variable::kN) && facts.has(Variable::kD);
}

void require_plannable(const LawRecord& law) {
  if (const auto fault = plannable_fault(law)) throw *fault;
}

std::optional<InvalidArgument> n_law_fault(const PlanProblem& problem) {
  if (auto fault = plannable_fault(problem.law)) return fault;
  return n_law_fault(problem.law, problem.accounting, problem.embedding_rows);
}

double n_law_per_active(const PlanProblem& problem) {
  require_plannable(problem.law);
  return n_law_per_active(problem.law, problem.accounting, problem.embedding_rows);
}

double n_total_per_active(const PlanProblem& problem) {
  require_plannable(problem.law);
  return n_total_per_active(problem.law, problem.accounting, problem.embedding_rows);
}

}  // namespace isoflop
