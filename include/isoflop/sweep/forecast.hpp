/// What a sweep that is still to be trained will say, if a law is right: its cells are trained in
/// simulation, with the law's losses and the noise of a run, and read as `isoflop profiles` reads
/// them, by a parabola per budget and straight lines through the vertices; so often that the spread
/// of what comes out is the interval that the sweep leaves.
///
/// A fit of the law itself to the same cells is foretold to first order: with J the derivatives of
/// ln L at the cells by the coefficients, the coefficients scatter as sd^2 (J^T J)^-1, and ln N*
/// with its derivatives by them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "isoflop/core/interval.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/plan/plan_problem.hpp"
#include "isoflop/sweep/design.hpp"

namespace isoflop {

struct ForecastOptions {
  double noise = 0.0;  ///< sd of ln L of a run, > 0
  /// The same as a fit of the law makes of it (plan/next_runs.hpp, refit_noise).
  double refit_noise = 0.0;
  double target_flops = 0.0;
  std::size_t simulations = 1000;
  /// Of them so many are read with resamples as well, for the interval that is printed.
  std::size_t resampled_simulations = 0, resamples = 300;
  std::uint64_t seed = kDefaultSeed;
  unsigned num_threads = 0;  ///< 0: one per core; the result does not depend on it
  /// Asked before each simulation, from any thread; true ends the call with Cancelled.
  std::function<bool()> cancelled{};
};

/// Natural logarithms; NaN where the sweep does not say. N as the law counts it.
struct SweepForecast {
  struct Read {
    double noiseless = std::numeric_limits<double>::quiet_NaN();  ///< what a run without noise says
    Interval spread{std::numeric_limits<double>::quiet_NaN(),
                    std::numeric_limits<double>::quiet_NaN()};  ///< 95 % of what is read

    double half_width() const { return 0.5 * (spread.high - spread.low); }
  };
  Read n, d, g;  ///< at the target; g where several granularities are trained
  /// Half the 95 % interval of ln N* that `isoflop profiles` prints, the median of the sweeps that
  /// are read so: wider than the spread where few runs say how far runs scatter.
  double printed_half_width = std::numeric_limits<double>::quiet_NaN();
  std::size_t num_unread = 0;  ///< simulated sweeps that give no power law
  double own_log_n = std::numeric_limits<double>::quiet_NaN();  ///< of the law's optimum there
  /// 95 % of ln N* by a fit of the law; infinite where the cells do not determine it.
  std::optional<Interval> fit_log_n;
};

/// Requires cells of at least two budgets for anything but NaN. `budgets` [num_budgets] in FLOPs.
SweepForecast forecast_sweep(const PlanProblem& problem, std::span<const double> budgets,
                             std::span<const SweepCell> cells, const ForecastOptions& options);

}  // namespace isoflop
