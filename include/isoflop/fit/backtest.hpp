/// How well a law forecasts runs that it was not fitted to.
///
/// The law is fitted to the runs that are not held out, and asked for the loss of the others, each
/// with the 95 % interval of a new run: the draws of the refit (its bootstrap) and the residuals of
/// the runs that were fitted (laws/new_run.hpp). The first carry the doubt about the coefficients,
/// the second the scatter of single runs around the law. What neither holds is a law that is wrong
/// beyond its runs.
#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "isoflop/core/interval.hpp"
#include "isoflop/core/run_table.hpp"
#include "isoflop/fit/hold_out.hpp"
#include "isoflop/fit/options.hpp"
#include "isoflop/fit/report.hpp"
#include "isoflop/laws/law_record.hpp"

namespace isoflop {

/// Draws of a fit to these runs; bootstrap() in bootstrap.hpp makes them.
using DrawCoefficients = std::function<Draws(const AnyLaw& law, const RunTable& runs,
                                             const FitOptions& options, const FitReport& fit)>;

struct BacktestOptions {
  FitOptions fit;
  DrawCoefficients draw;  ///< empty: no intervals
};

struct Forecast {
  std::size_t run;             ///< row of the RunTable that was split
  double observed, predicted;  ///< nats per token
  Interval interval;           ///< 95 % of new runs, nats per token; NaN without draws, or where
                               ///< as many coefficients as runs leave no residuals
  Interval curve;              ///< 95 % of the draws, nats per token; NaN without any
};

struct BacktestReport {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  std::string law;            ///< the name that it is shown under
  FitReport fit;              ///< of the runs that are not held out
  std::size_t num_draws = 0;  ///< behind the intervals
  /// Over the runs held out, weighted as in the fit; NaN for a fit that failed.
  double rmse_log = kNone;             ///< of ln predicted - ln observed
  double rmse_nats = kNone;            ///< of predicted - observed
  double rmse_per_cent = kNone;        ///< of predicted / observed - 1
  double mean_error_per_cent = kNone;  ///< of the same; above zero: forecasts were too high
  double coverage_95 = kNone;          ///< share of them inside their interval; NaN without draws
  std::vector<Forecast> forecasts;     ///< [split.held_out]
};

/// Fits and scores one law. Nothing of the runs held out reaches the fit, its starts or its draws.
/// Throws InvalidArgument as fit() does and for a split that is not one of these runs; DataError
/// where fewer runs are left than coefficients are free, or the runs held out all weigh nothing.
BacktestReport backtest(const AnyLaw& law, const RunTable& runs, const Split& split,
                        const BacktestOptions& options = {});

/// Scores a law as it is: nothing is fitted, and report.fit holds its coefficients and its errors
/// on the runs that are not held out. Intervals come from its draws, where it has some. The runs
/// count everything as the law does. Throws as backtest().
BacktestReport score_law(const LawRecord& law, const RunTable& runs, const Split& split);

}  // namespace isoflop
