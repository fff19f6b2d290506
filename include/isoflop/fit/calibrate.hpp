/// How far forecasts of this law from these runs miss, learnt from the runs themselves: the largest
/// runs are hidden beyond one compute after another, the law is fitted to the rest, and each hidden
/// run is asked for. Split-conformal prediction (Vovk, Gammerman and Shafer 2005; Romano, Patterson
/// and Candes 2019, arXiv 1905.03222) in ln L: the score of a hidden run is
///   s = |ln L - ln L(theta, x)| / w,   w from the prediction to the end of its interval on that
///   side,
/// and the interval of a new run is widened by the ceil(.95 (m + 1))-th smallest of the m scores at
/// its distance ln(C / C_max of the runs fitted), or by 1 where that is less. Scores are gathered
/// over half decades of compute, several where one holds too few; where a score would fall with the
/// distance neighbouring steps are pooled,
/// and where no more runs lie outside than chance leaves there (one time in ten) nothing is
/// widened. Scores of one hold-out share its fit, so the number of hold-outs counts for more than
/// that of forecasts, and the promise of conformal prediction, which asks for exchangeable scores,
/// is not made: docs/results.md says what coverage was measured.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "isoflop/core/run_table.hpp"
#include "isoflop/fit/backtest.hpp"
#include "isoflop/fit/options.hpp"
#include "isoflop/laws/any_law.hpp"
#include "isoflop/laws/run_scatter.hpp"

namespace isoflop {

struct CalibrationReport {
  NewRunCalibration calibration;  ///< without steps where it was refused
  std::string refusal;            ///< why there is none; empty where there is one
  std::size_t num_forecasts = 0;
  std::size_t num_failed = 0;  ///< hold-outs whose fit did not converge, or had too few draws

  bool usable() const { return refusal.empty(); }
};

/// Needs at least three hold-outs that leave half of the runs and more than two for every free
/// coefficient, and 19 forecasts, the fewest that can speak of 95 %; refuses in the report, not by
/// throwing, where the runs do not allow them. options.draw must not be empty. Throws as
/// backtest().
CalibrationReport calibrate_new_runs(const AnyLaw& law, const RunTable& runs,
                                     const BacktestOptions& options);

}  // namespace isoflop
