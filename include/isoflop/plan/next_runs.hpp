/// Which runs to train next so that a plan for a larger budget becomes more certain. The draws of
/// the law say together what N*, D*, loss and G of the plan could be and what each run could show;
/// choose_runs.hpp makes a choice of it. Candidates are a grid: N and D in steps of sqrt 2, G over
/// powers of two, within reach of the runs behind the law.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "isoflop/core/interval.hpp"
#include "isoflop/plan/plan.hpp"
#include "isoflop/plan/plan_problem.hpp"

namespace isoflop {

struct NextRunsQuestion {
  double target_flops = 0.0;  ///< the plan that is to become certain
  double budget_flops = 0.0;  ///< of all runs together
  std::size_t max_runs = 10;
  /// sd of ln L of a run about the law; see refit_noise for what a fit with a narrow Huber delta
  /// makes of it.
  double noise = 0.0;
  /// N and D of a candidate are at most so many times those of the largest run behind the law, D at
  /// least so many times less than its smallest; N no smaller than its smallest. D/N is within the
  /// same factor of the runs', or of the plan's own.
  double reach = 4.0;
  std::optional<double> max_n, max_d;  ///< as the law counts N; instead of what `reach` says
  std::optional<double> max_g;         ///< default: twice that of the runs
};

/// N as the law counts it. G is 1 where the law has none.
struct RunToTrain {
  double n_law, d_tokens, granularity, flops;
};

/// 95 % intervals in the quantity's own unit.
struct ExpectedInterval {
  double estimate;  ///< of the plan
  Interval now, after;

  /// ln of upper over lower end afterwards, over the same now.
  double width_left() const;
};

struct NextRuns {
  Plan plan;
  std::vector<RunToTrain> runs;  ///< in the order of their choice
  ExpectedInterval n_law, d_tokens, loss;
  std::optional<ExpectedInterval> granularity;  ///< where the problem searches it continuously
  std::size_t num_draws = 0, num_without_plan = 0, num_candidates = 0;
};

/// Draws that have to have a plan before their covariances say something.
inline constexpr std::size_t kMinDrawsForRuns = 50;

/// What least squares would have to have for noise to be as uncertain as a fit with this Huber
/// delta is on normal noise of this sd: sd^2 E psi^2 / (E psi')^2 (Huber 1964, Annals of
/// Mathematical Statistics 35(1)); sd sqrt(pi/2) for delta far below sd.
double refit_noise(double sd, double huber_delta);

/// Throws InvalidArgument for a law without draws, ranges or a plan at the target, a target below
/// the smallest run, a budget below the cheapest candidate, and a problem that searches G over
/// powers of two: its jumps say nothing of small changes.
NextRuns next_runs(const PlanProblem& problem, const NextRunsQuestion& question);

/// The same for runs that are given; their flops are filled in. `budget_flops`, `max_runs` and
/// what restricts candidates are not used.
NextRuns expect_runs(const PlanProblem& problem, const NextRunsQuestion& question,
                     std::vector<RunToTrain> runs);

}  // namespace isoflop
