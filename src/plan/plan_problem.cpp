#include "isoflop/plan/plan_problem.hpp"

#include "isoflop/convention/size.hpp"
#include "isoflop/laws/list.hpp"
#include "isoflop/plan/plannable.hpp"

namespace isoflop {

void require_plannable(const LawRecord& law) {
  visit_law(law.law, []<Law L>() {
    if (!can_plan<L>()) refuse_plan(L::kName);
  });
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
