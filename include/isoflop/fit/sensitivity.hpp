/// What a fit depends on: the same law fitted again with other objectives, and without some of the
/// runs. What each refit would plan is for the caller to ask.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "isoflop/core/ranges.hpp"
#include "isoflop/core/run_table.hpp"
#include "isoflop/fit/options.hpp"
#include "isoflop/fit/report.hpp"
#include "isoflop/laws/any_law.hpp"

namespace isoflop {

struct SensitivityOptions {
  FitOptions fit;  ///< of the base fit; the refits take all of it but what they vary
  /// Starts of each refit beside the base fit; never more than fit.num_starts, where that is given.
  std::size_t num_starts = 16;
  /// The same for the refits without one run, of which there are many.
  std::size_t num_starts_influence = 4;
  /// Only so many runs are left out one by one: those furthest from the base fit.
  std::size_t max_influence = 1000;
};

/// What a refit changes.
enum class Variation {
  kDelta,     ///< the Huber delta: 1e-4 to 1, kLeastAbsoluteDelta, infinity
  kResidual,  ///< differences of losses in place of log losses, or the other way round
  kWorst,     ///< without the runs furthest from the base fit by |ln predicted - ln observed|
  kSize,      ///< without the runs of one model size
  kBudget,    ///< without the runs of one budget 6 N D
};

/// The delta that stands for least absolute deviations: below it residuals count by their squares,
/// so nothing that is printed of a loss can tell the two apart, and the objective keeps the second
/// derivative that the minimiser needs.
inline constexpr double kLeastAbsoluteDelta = 1e-7;

struct SensitivityRow {
  Variation variation;
  double huber_delta;
  Residual residual;
  std::vector<std::size_t> dropped;  ///< rows of the RunTable, ascending; empty: all were used
  Range bin;         ///< kSize: N of the dropped runs; kBudget: their 6 N D in FLOPs
  std::string note;  ///< why it was not fitted, or empty; the report is then a failed one
  FitReport report;
};

/// The fit without one run.
struct RunLeftOut {
  std::size_t run;  ///< row of the RunTable
  FitReport report;
};

struct SensitivityReport {
  FitReport base;
  std::vector<double> log_residuals;  ///< [num_runs] of the base fit, ln predicted - ln observed
  std::vector<SensitivityRow> rows;   ///< nothing but the base fit if that failed
  std::vector<RunLeftOut> left_out;   ///< in the order of the table
};

/// Runs whose values are alike: those that agree in two significant digits, or, where that makes
/// more than twelve bins, those between the same two powers of two. Rows ascending in each bin,
/// bins by their value. Requires values > 0.
struct Bin {
  Range range;  ///< of the values in it
  std::vector<std::size_t> rows;
};
std::vector<Bin> bins_of(const std::vector<double>& values);

/// Refits a law. The result does not depend on options.fit.num_threads, which
/// are shared among the refits; options.fit.progress is called with refits. Throws as fit() does
/// for the base fit; a refit that cannot be made says so in its note.
SensitivityReport sensitivity(const AnyLaw& law, const RunTable& runs,
                              const SensitivityOptions& options = {});

}  // namespace isoflop
