/// What a planner is asked: a law, what its numbers mean, and how FLOPs are counted.
#pragma once

#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>

#include "isoflop/core/model_shape_rule.hpp"
#include "isoflop/error.hpp"
#include "isoflop/laws/law_record.hpp"
#include "isoflop/laws/list.hpp"
#include "isoflop/plan/plan.hpp"

namespace isoflop {

struct PlanRequest {
  LawRecord law;
  FlopAccounting accounting = FlopAccounting::kSixNd;
  double flops_per_active = 6;  ///< c_f, kPaper only
  double router_cost = 14;      ///< c_r, kPaper only
  ModelShapeRule shape{};
  PlanOptions search{};
  Limits limits{};
  /// Unique tokens, for a law that does not know of repetition itself (one that does has a U among
  /// `given`). Infinity: every token is new.
  double unique_tokens = Limits::kFree;
  /// Rows of d_model embedding weights (vocabulary, twice if embedding and head are untied) that a
  /// law's total N counts beside active parameters. 0: N is taken as it is.
  double embedding_rows = 0.0;
  /// Values of the law's variables that a plan does not choose, by Variable: U, S and what else it
  /// may have; NaN = not given. E is that of the law unless it is given here.
  std::array<double, kNumVariables> given = nothing_given();

  static constexpr std::array<double, kNumVariables> nothing_given() {
    std::array<double, kNumVariables> out{};
    for (double& x : out) x = std::numeric_limits<double>::quiet_NaN();
    return out;
  }
};

template <Law L>
constexpr bool has_variable(Variable wanted) {
  for (const Variable v : L::kVariables) {
    if (v == wanted) return true;
  }
  return false;
}
inline bool law_has_variable(const LawRecord& law, Variable wanted) {
  return visit_law(law.law, [&]<Law L>() { return has_variable<L>(wanted); });
}
inline bool has_granularity(const LawRecord& law) { return law_has_variable(law, Variable::kG); }

/// Whether a law has an optimum under a budget: it gives a loss from N and D.
template <Law L>
constexpr bool can_plan() {
  return has_variable<L>(Variable::kN) && has_variable<L>(Variable::kD) &&
         target_of<L>().key == kLossTarget.key;
}

/// The same, as far as the compiler can tell: true for a law whose variables are known only when it
/// is in use.
template <Law L>
inline constexpr bool kMayPlan = [] {
  if constexpr (requires { L::kVariableCapacity; }) {
    return true;
  } else {
    return can_plan<L>();
  }
}();

/// Throws InvalidArgument: nothing can be planned with the law of this name.
[[noreturn]] inline void refuse_plan(std::string_view law) {
  throw InvalidArgument("the law " + std::string(law) +
                        " has no compute-optimal plan: it does not give a loss from N and D");
}
inline void require_plannable(const LawRecord& law) {
  visit_law(law.law, []<Law L>() {
    if (!can_plan<L>()) refuse_plan(L::kName);
  });
}

/// N as the law counts it, per active parameter. Throws InvalidArgument where nobody said enough,
/// and as require_plannable does.
inline double n_law_per_active(const PlanRequest& request) {
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

/// All parameters, per active parameter; N itself where that counts embeddings or nobody said, and
/// NaN where the ratio is not the same for every size.
inline double n_total_per_active(const PlanRequest& request) {
  const LawRecord& law = request.law;
  if (law.n_means == NMeaning::kActive) return Plan::kNone;
  if (request.embedding_rows > 0.0) return total_per_active(law.expansion.value_or(1.0));
  const bool known =
      law.n_means == NMeaning::kActiveNonEmbedding || law.n_means == NMeaning::kTotalNonEmbedding;
  return known && law.expansion ? total_per_active(*law.expansion) : n_law_per_active(request);
}

}  // namespace isoflop
