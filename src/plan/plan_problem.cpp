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
  const std::string fault = plannable_fault(law);
  if (!fault.empty()) throw InvalidArgument(fault);
}

namespace {

/// N as the law counts it, per active parameter, or why nobody knows.
struct LawRatio {
  double value;
  std::string fault{};
};

LawRatio law_ratio(const PlanProblem& request) {
  const LawRecord& law = request.law;
  std::string unplannable = plannable_fault(law);
  if (!unplannable.empty()) return {Plan::kNone, std::move(unplannable)};
  const bool paper = request.accounting == FlopAccounting::kPaper;
  const bool moe = has_granularity(law) || (law.expansion && *law.expansion > 1.0);
  if (law.n_means == NMeaning::kActive && !paper) return {1.0};
  if (!law.expansion && (moe || paper)) {
    return {Plan::kNone, "the law does not say the expansion rate of its runs: add " +
                             field("expansion") + " E"};
  }
  switch (law.n_means) {
    case NMeaning::kActiveNonEmbedding:
      return {1.0};
    case NMeaning::kTotalNonEmbedding:
      return {total_per_active(law.expansion.value_or(1.0))};
    case NMeaning::kActive:
    case NMeaning::kDense:
    case NMeaning::kTotal:
      if (request.embedding_rows > 0.0 && law.n_means == NMeaning::kTotal) {
        return {total_per_active(law.expansion.value_or(1.0))};
      }
      if (!moe && !paper) return {1.0};
      return {Plan::kNone,
              "the law's N counts embeddings; active parameters without them follow from it only "
              "with " +
                  field("vocab") +
                  (paper && !moe ? " (" + field("cost") + " 6nd takes N as it is)" : "")};
    case NMeaning::kUnspecified:
      if (!moe && !paper) return {1.0};  // a dense model under 6ND: N is simply N
      break;
  }
  return {Plan::kNone, "the law does not say what its N counts: add " + field("n_means") +
                           " total_non_embedding or " + field("n_means") + " active_non_embedding"};
}

}  // namespace

std::string n_law_fault(const PlanProblem& request) { return law_ratio(request).fault; }

double n_law_per_active(const PlanProblem& request) {
  const LawRatio ratio = law_ratio(request);
  if (!ratio.fault.empty()) throw InvalidArgument(ratio.fault);
  return ratio.value;
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
