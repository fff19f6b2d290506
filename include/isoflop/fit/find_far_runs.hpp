/// Single runs that lie far from the law of all others: a typing mistake, a run that diverged, a
/// loss in another unit. A robust fit hardly follows them, and so their residuals show them.
#pragma once

#include <utility>
#include <vector>

#include "isoflop/core/run_table.hpp"
#include "isoflop/fit/inspect_runs.hpp"
#include "isoflop/fit/report.hpp"
#include "isoflop/laws/any_law.hpp"

namespace isoflop {

/// How far runs usually lie from a fit: the standard deviation of normal residuals with the same
/// median of their sizes (1.4826 of it; Hampel 1974, JASA 69(346)). 0 for no residuals; NaN ones do
/// not count.
double usual_residual(std::vector<double> log_residuals);

/// How far off a run counts where squares are asked for: five usual residuals. Single runs that a
/// robust fit leaves lying would else be all of the squares.
inline double farthest_counted(std::vector<double> log_residuals) {
  return 5.0 * usual_residual(std::move(log_residuals));
}

/// One finding of severity suspect, or none: up to one run in twenty, each more than 30 times the
/// usual residual and more than 1 % away. Nothing is said of a failed fit, and of runs so few that
/// the fit meets half of them exactly (fewer than three per free coefficient).
std::vector<Finding> find_far_runs(const AnyLaw& law, const RunTable& runs,
                                   const FitReport& report);

}  // namespace isoflop
