#include "isoflop/plan/plan_problem.hpp"

#include <string>

#include "isoflop/error.hpp"
#include "isoflop/laws/list.hpp"
#include "isoflop/plan/plannable.hpp"

namespace isoflop {

bool law_has_variable(const LawRecord& law, Variable wanted) {
  return visit_law(law.law, [&]<Law L>() { return has_variable<L>(wanted); });
}

bool has_granularity(const LawRecord& law) { return law_has_variable(law, Variable::kG); }

void require_plannable(const LawRecord& law) {
  visit_law(law.law, []<Law L>() {
    if (!can_plan<L>()) refuse_plan(L::kName);
  });
}

double n_law_per_active(const PlanProblem& request) {
  const LawRecord& law = request.law;
  require_plannable(law);
  const bool paper = request.accounting == FlopAccounting::kPaper;
  const bool moe = has_granularity(law) || (law.expansion && *law.expansion > 1.0);
  if (law.n_means == NMeaning::kActive && !paper) return 1.0;
  if (!law.expansion && (moe || paper)) {
    throw InvalidArgument("the law does not say the expansion rate of its runs: add --expansion E");
  }
  switch (law.n_means) {
    case NMeaning::kActiveNonEmbedding:
      return 1.0;
    case NMeaning::kTotalNonEmbedding:
      return total_per_active(law.expansion.value_or(1.0));
    case NMeaning::kActive:
    case NMeaning::kDense:
    case NMeaning::kTotal:
      if (request.embedding_rows > 0.0 && law.n_means == NMeaning::kTotal) {
        return total_per_active(law.expansion.value_or(1.0));
      }
      if (!moe && !paper) return 1.0;
      throw InvalidArgument(
          "the law's N counts embeddings; active parameters without them follow from it only with "
          "--vocab" +
          std::string(paper && !moe ? " (--cost 6nd takes N as it is)" : ""));
    case NMeaning::kUnspecified:
      if (!moe && !paper) return 1.0;  // a dense model under 6ND: N is simply N
      break;
  }
  throw InvalidArgument(
      "the law does not say what its N counts: add --n-means total_non_embedding or --n-means "
      "active_non_embedding");
}

double n_total_per_active(const PlanProblem& request) {
  const LawRecord& law = request.law;
  if (law.n_means == NMeaning::kActive) return Plan::kNone;
  if (request.embedding_rows > 0.0) return total_per_active(law.expansion.value_or(1.0));
  const bool known =
      law.n_means == NMeaning::kActiveNonEmbedding || law.n_means == NMeaning::kTotalNonEmbedding;
  return known && law.expansion ? total_per_active(*law.expansion) : n_law_per_active(request);
}

}  // namespace isoflop
