#include "api/table_plans.hpp"

#include <algorithm>

#include "isoflop/laws/law_facts.hpp"

namespace isoflop::api {
namespace {

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
}

}  // namespace

PlanProblem six_nd_problem(const AnyLaw& law, const std::vector<double>& coefficients,
                           const RunTable& runs) {
  PlanProblem out;
  out.law.law = law;
  out.law.coefficients = coefficients;
  out.law.n_means = NMeaning::kActiveNonEmbedding;
  out.law.expansion = 1.0;
  if (has_granularity(out.law)) {
    out.search.search = GranularitySearch::kFixed;
    out.search.granularity = std::max(1.0, median(runs.column(Variable::kG)));
  }
  return out;
}

bool can_plan_budget(const AnyLaw& law) {
  const LawFacts facts = facts_of(law);
  return can_plan(law) &&
         std::all_of(facts.variables.begin(), facts.variables.end(), [](Variable v) {
           return v == Variable::kN || v == Variable::kD || v == Variable::kG;
         });
}

}  // namespace isoflop::api
