#include "isoflop/plan/plan_fault.hpp"

#include <string>

#include "plan/given_values.hpp"

namespace isoflop {
namespace {

/// Whether all parameters follow from active ones by way of the law's N alone.
bool n_total_needs_n_law(const PlanProblem& problem) {
  const NMeaning meaning = problem.law.n_means;
  const bool known =
      meaning == NMeaning::kActiveNonEmbedding || meaning == NMeaning::kTotalNonEmbedding;
  return meaning != NMeaning::kActive && !(problem.embedding_rows > 0.0) &&
         !(known && problem.law.expansion);
}

}  // namespace

std::optional<InvalidArgument> plan_fault(const PlanProblem& problem) {
  const LawRecord& law = problem.law;
  if (n_total_needs_n_law(problem)) {
    if (auto fault = n_law_fault(problem)) return fault;
  }
  if (has_granularity(law) && problem.accounting == FlopAccounting::kSixNd &&
      problem.search.search != GranularitySearch::kFixed) {
    return InvalidArgument(
        "granularity", "6ND puts no price on granularity, so the finest would always win: add " +
                           field("granularity") + " X, or use " + field("cost") + " paper");
  }
  if (problem.embedding_rows > 0.0 && law.n_means != NMeaning::kTotal) {
    return InvalidArgument(
        "vocab", "a vocabulary is of use only for a law whose N is total; this one's is " +
                     std::string(to_string(law.n_means)));
  }
  if (auto fault = n_law_fault(problem)) return fault;
  return given_fault(problem);
}

}  // namespace isoflop
