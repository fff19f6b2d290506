#include "isoflop/plan/plan_problem.hpp"

#include "isoflop/convention/size.hpp"
#include "isoflop/laws/list.hpp"
#include "isoflop/plan/plannable.hpp"

namespace isoflop {

void require_plannable(const LawRecord& law) {
  const std::string fault = plannable_fault(law);
  if (!fault.empty()) throw InvalidArgument(fault);
}

std::string n_law_fault(const PlanProblem& problem) {
  const std::string fault = plannable_fault(problem.law);
  if (!fault.empty()) return fault;
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
