/// A compute-optimal training run, as the planner answers it. Numbers that do not exist are NaN.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "isoflop/core/interval.hpp"
#include "isoflop/core/variable.hpp"
#include "isoflop/error.hpp"
#include "isoflop/laws/run_scatter.hpp"
#include "isoflop/plan/limits.hpp"

namespace isoflop {

enum class PlanStatus {
  kFailed,
  kBudgetTooSmall,
  kInfeasible,  ///< the limits leave no model
  kAtSearchEdge,
  kOutsideRange,
  kOptimal
};

inline const char* to_string(PlanStatus s) {
  switch (s) {
    case PlanStatus::kOptimal:
      return "optimal";
    case PlanStatus::kAtSearchEdge:
      return "at_search_edge";
    case PlanStatus::kOutsideRange:
      return "outside_range";
    case PlanStatus::kBudgetTooSmall:
      return "budget_too_small";
    case PlanStatus::kInfeasible:
      return "infeasible";
    case PlanStatus::kFailed:
      break;
  }
  return "failed";
}

/// The same budget's best run at G = 1, and what it would take to match the plan with it.
struct CoarsePlan {
  double n_active, d_tokens, loss;
  /// Beyond the plan's budget, for the plan's loss; negative where the plan's own granularity, a
  /// given one, is the worse; NaN if out of reach.
  double extra_budget;
};

/// What the bootstrap draws of the law say of a plan: 95 % intervals of what each draw, were it the
/// truth, would plan for the same budget. Draws without a usable plan count in nothing else.
struct PlanDraws {
  std::size_t num_draws = 0;
  std::size_t num_without_plan = 0;
  EstimatedInterval n_total, n_active, d_tokens, tokens_per_active_parameter, loss;
  /// Of one run trained as planned: the draws at this plan and the scatter of runs (new_run.hpp).
  NewRunLoss new_run;
  EstimatedInterval granularity;                   ///< where the search for it is continuous
  std::map<double, double> granularity_frequency;  ///< share of the draws, over powers of two
  /// Budget lost if this plan is followed and a draw is the truth: the budget less the smallest one
  /// with which the draw's own optimum reaches the loss that the draw gives this plan.
  double regret = std::numeric_limits<double>::quiet_NaN();     ///< mean over the draws
  double regret_95 = std::numeric_limits<double>::quiet_NaN();  ///< their 95 % quantile
};

/// What makes a plan undetermined (plan/plan_doubts.hpp).
enum class PlanDoubtKind { kNSpan, kRegret, kWithoutPlan };

struct PlanDoubt {
  PlanDoubtKind kind = PlanDoubtKind::kNSpan;
  double value = 0.0;      ///< a factor, or a share
  double threshold = 0.0;  ///< what the value is above
};

/// How far a plan lies beyond the largest compute of the runs behind its law, in decades: log10 of
/// its N D over theirs, N as the law counts it. Nothing is said of the rest of a FLOP count.
struct DecadesBeyond {
  double decades = 0.0;   ///< above zero
  bool at_least = false;  ///< only their largest N and D are known, which no single run had to have
};

/// A limit without which the plan would be better, and what one unit of it is worth.
struct BindingLimit {
  Limit limit = Limit::kNone;
  double value = 0.0;            ///< bytes, parameters, tokens, or tokens per parameter
  double loss_per_unit = 0.0;    ///< nats per token
  double budget_per_unit = 0.0;  ///< in the unit of the budget, for the same loss
};

struct Plan {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  double budget = kNone;  ///< in the unit of the cost: FLOPs, or seconds of one GPU
  PlanStatus status = PlanStatus::kFailed;
  std::string note;         ///< what the status means here; empty for an unremarkable optimum
  double n_law = kNone;     ///< N as the law counts it
  double n_active = kNone;  ///< active parameters per token
  double n_total = kNone;   ///< all parameters
  double d_tokens = kNone;
  double granularity = kNone;
  double epochs = kNone;    ///< d_tokens per unique token, where those are given
  double loss = kNone;      ///< nats per token
  double d_model = kNone;   ///< continuous
  double n_blocks = kNone;  ///< continuous
  double router_flops_share = kNone;
  BrokenLimit broken{};                ///< where the status is kInfeasible
  std::vector<BindingLimit> binding;   ///< limits that the plan is up against
  std::optional<CoarsePlan> coarse;    ///< where the law has a granularity
  std::vector<Variable> extrapolated;  ///< outside the range of the runs behind the law
  bool extrapolates_d_per_n = false;
  /// The layer lies beyond what the cost table holds: its time is that of the table's fitted model.
  bool extrapolates_time = false;
  std::optional<DecadesBeyond> beyond_runs;  ///< where that is known to be the case
  std::optional<PlanDraws> draws;  ///< by add_draws, where the law has draws and the plan is usable
  std::vector<PlanDoubt> doubts;   ///< by add_doubts, of a plan with draws

  double tokens_per_active_parameter() const { return d_tokens / n_active; }
  /// Whether its numbers exist. Those of an undetermined plan do.
  bool usable() const { return status == PlanStatus::kOptimal; }
  /// An optimum of the law of which its draws say too little to train it.
  bool undetermined() const { return usable() && !doubts.empty(); }
};

/// The one word for a plan: "undetermined", else its status.
inline const char* word_for(const Plan& plan) {
  return plan.undetermined() ? "undetermined" : to_string(plan.status);
}

/// Which granularities are compared.
enum class GranularitySearch { kPowersOfTwo, kContinuous, kFixed };

struct PlanOptions {
  GranularitySearch search = GranularitySearch::kPowersOfTwo;
  double granularity = 1.0;         ///< where search is kFixed; >= 1
  double max_granularity = 1024.0;  ///< edge of the other searches
};

/// Throws InvalidArgument for a budget that is not positive and finite, or a granularity below 1.
inline void require_plan_arguments(double budget, const PlanOptions& options) {
  if (!(budget > 0.0) || !std::isfinite(budget)) {
    throw InvalidArgument("a budget must be a positive finite number");
  }
  if (!(options.granularity >= 1.0) || !std::isfinite(options.granularity)) {
    throw InvalidArgument("granularity must be a finite number of at least 1");
  }
}

}  // namespace isoflop
