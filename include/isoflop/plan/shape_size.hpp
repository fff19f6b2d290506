/// What a buildable model is to a plan: the N of the law, the active parameters that FLOPs are
/// counted on, and the cost of one token, all from exact counts of its parts.
///   N_law      as convention/size.hpp counts it
///   N_active   what the planner of the same problem calls so: without embeddings where the law's N
///              is without them or embedding_rows take them out, else with them
///   FLOPs      as convention/flops.hpp counts them
#pragma once

#include "isoflop/convention/flops.hpp"
#include "isoflop/convention/size.hpp"
#include "isoflop/error.hpp"
#include "isoflop/plan/plan_problem.hpp"
#include "isoflop/shape/parameter_count.hpp"

namespace isoflop {

/// N of a model as the law of a problem counts it. Throws InvalidArgument where nobody said what
/// the law's N counts.
inline double law_size(const PlanProblem& problem, const ParameterCount& params) {
  if (const auto counted = counted_parameters(problem.law.n_means, params)) return *counted;
  throw InvalidArgument("n_means", "real shapes need to know what the law's N counts: add " +
                                       field("n_means") +
                                       " total_non_embedding, active_non_embedding or total");
}

/// N_active of a model as the planner of a problem counts it.
inline double planned_active(const PlanProblem& problem, const ParameterCount& params) {
  const bool without = is_without_embeddings(problem.law.n_means) || problem.embedding_rows > 0.0;
  return *counted_parameters(without ? NMeaning::kActiveNonEmbedding : NMeaning::kActive, params);
}

/// Training FLOPs per token of a model under a problem's accounting. num_experts: E' per block, 0
/// for a dense model.
inline double flops_per_token(const PlanProblem& problem, double n_active, double d_model,
                              double n_blocks, double num_experts) {
  return FlopConvention{problem.accounting, problem.flops_per_active, problem.router_cost}
      .per_token(n_active, d_model, n_blocks, num_experts);
}

}  // namespace isoflop
