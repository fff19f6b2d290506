/// What a planner is asked: a law, what its numbers mean, and how FLOPs are counted.
#pragma once

#include <array>
#include <limits>
#include <optional>
#include <vector>

#include "isoflop/convention/law_variables.hpp"
#include "isoflop/core/model_shape_rule.hpp"
#include "isoflop/cost/training_time.hpp"
#include "isoflop/error.hpp"
#include "isoflop/laws/any_law.hpp"
#include "isoflop/laws/law_record.hpp"
#include "isoflop/plan/plan.hpp"

namespace isoflop {

struct PlanProblem {
  LawRecord law;
  FlopAccounting accounting = FlopAccounting::kSixNd;
  double flops_per_active = 6;  ///< c_f, kPaper only
  double router_cost = 14;      ///< c_r, kPaper only
  /// Where there is one, budgets are GPU-seconds by this time and `accounting` (kPaper then) only
  /// says what else the law's numbers mean.
  std::optional<TrainingTime> time{};
  /// The same from other samples of the same measurement: how far `time` scatters.
  std::vector<TrainingTime> time_draws{};
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

/// Whether a law has an optimum under a budget: it gives a loss from N and D. Throws
/// InvalidArgument where no law has this name.
bool can_plan(const AnyLaw& law);

/// Throws InvalidArgument for a law that has no optimum under a budget.
void require_plannable(const LawRecord& law);

/// What n_law_per_active would throw; nothing where it follows from the problem.
std::optional<InvalidArgument> n_law_fault(const PlanProblem& problem);

/// N as the law counts it, per active parameter. Throws InvalidArgument where nobody said enough,
/// and as require_plannable does.
double n_law_per_active(const PlanProblem& problem);

/// All parameters, per active parameter; N itself where that counts embeddings or nobody said, and
/// NaN where the ratio is not the same for every size.
double n_total_per_active(const PlanProblem& problem);

}  // namespace isoflop
