/// What a buildable model is to a plan: the N of the law, the active parameters that FLOPs are
/// counted on, and the cost of one token, all from exact counts of its parts.
///   N_law      total_non_embedding, active_non_embedding, total, active: the count of that name
///   N_active   what the planner of the same request calls so: without embeddings where the law's N
///              is without them or --vocab takes them out, else with them
///   6nd        F = 6 N_active
///   paper      F = c_f N_active + c_r d E' n_blocks, E' experts per block; a dense model has none
/// With c_f = 6 the second is the accounting `paper` of shape/flop_count.hpp.
#pragma once

#include "isoflop/error.hpp"
#include "isoflop/plan/plan_problem.hpp"
#include "isoflop/shape/parameter_count.hpp"

namespace isoflop {

/// Whether the N of a law leaves embedding and head out.
constexpr bool is_without_embeddings(NMeaning meaning) {
  return meaning == NMeaning::kTotalNonEmbedding || meaning == NMeaning::kActiveNonEmbedding;
}

/// N of a model as the law of a request counts it. Throws InvalidArgument where nobody said what
/// the law's N counts.
inline double law_size(const PlanProblem& request, const ParameterCount& params) {
  switch (request.law.n_means) {
    case NMeaning::kTotalNonEmbedding:
      return static_cast<double>(params.total_no_embedding());
    case NMeaning::kActiveNonEmbedding:
      return static_cast<double>(params.active_no_embedding());
    case NMeaning::kActive:
      return static_cast<double>(params.active());
    case NMeaning::kTotal:
    case NMeaning::kDense:
      return static_cast<double>(params.total());
    case NMeaning::kUnspecified:
      break;
  }
  throw InvalidArgument(
      "real shapes need to know what the law's N counts: add --n-means total_non_embedding, "
      "active_non_embedding or total");
}

/// N_active of a model as the planner of a request counts it.
inline double planned_active(const PlanProblem& request, const ParameterCount& params) {
  const bool without = is_without_embeddings(request.law.n_means) || request.embedding_rows > 0.0;
  return static_cast<double>(without ? params.active_no_embedding() : params.active());
}

/// Training FLOPs per token of a model under a request's accounting. num_experts: E' per block, 0
/// for a dense model.
inline double flops_per_token(const PlanProblem& request, double n_active, double d_model,
                              double n_blocks, double num_experts) {
  if (request.accounting == FlopAccounting::kSixNd) return 6.0 * n_active;
  return request.flops_per_active * n_active +
         request.router_cost * d_model * num_experts * n_blocks;
}

}  // namespace isoflop
