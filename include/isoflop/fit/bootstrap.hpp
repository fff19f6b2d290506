/// How far the coefficients of a fit would move with other runs of the same kind: the pairs
/// bootstrap (Efron 1979, Annals of Statistics 7(1)) over runs, or over groups of correlated runs
/// where the table has a group column; on request the jackknife that BCa intervals need (Efron
/// 1987, JASA 82(397)).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "isoflop/core/interval.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/core/run_table.hpp"
#include "isoflop/fit/options.hpp"
#include "isoflop/fit/report.hpp"
#include "isoflop/laws/law_record.hpp"

namespace isoflop {

/// How many runs (or groups) of n a resample draws, with replacement, in a fit of p coefficients.
enum class ResampleSize {
  /// n^2 / (n - 2 p) where n is at least 8 p and most residuals are beyond the Huber delta, else n;
  /// docs/explain/calibration.md says why.
  kCalibrated,
  kSame,  ///< n, as in Efron 1979; what published standard errors come from
};

struct BootstrapOptions {
  std::size_t resamples = 1000;
  std::uint64_t seed = kDefaultSeed;
  ResampleSize size = ResampleSize::kCalibrated;
  /// Also leave each run or group out once, for BCa intervals. Not the default: on simulated runs
  /// percentile intervals hold the truth as often as they say, BCa less often;
  /// docs/explain/calibration.md.
  bool jackknife = false;
};

struct BootstrapReport {
  Draws draws;                    ///< only refits that are certified; in the order of the resamples
  std::size_t resamples = 0;      ///< asked for
  std::size_t certified = 0;      ///< = draws.bootstrap.size()
  std::size_t failed = 0;         ///< neither the warm start nor the multi-start could be certified
  std::size_t sent_back = 0;      ///< of the resamples: the warm start was not enough
  std::size_t resample_size = 0;  ///< runs or groups drawn for each
  std::size_t num_groups = 0;     ///< what is drawn: groups, or runs where there are none
};

class FitLaw;

/// Refits every resample, starting from `fit` and its other minima. A refit counts if its projected
/// gradient vanishes, its Hessian is positive definite in the directions that no bound holds, and
/// none of the minima of `fit` has a lower objective on that resample; the others are fitted again
/// from many starts. `fit` is what fit(law, runs, options) returned; options.num_threads,
/// options.progress and options.cancelled are used as there. The result does not depend on the
/// number of threads. Throws as fit() does.
BootstrapReport bootstrap(const AnyLaw& law, const RunTable& runs, const FitOptions& options,
                          const FitReport& fit, const BootstrapOptions& how = {});
BootstrapReport bootstrap(const FitLaw& law, const RunTable& runs, const FitOptions& options,
                          const FitReport& fit, const BootstrapOptions& how = {});

/// The 95 % interval of each coefficient [P]: percentile, or BCa where there is a jackknife that
/// allows it.
inline std::vector<EstimatedInterval> coefficient_intervals(const std::vector<double>& estimate,
                                                            const Draws& draws) {
  std::vector<EstimatedInterval> out;
  auto column = [](const std::vector<std::vector<double>>& rows, std::size_t p) {
    std::vector<double> values;
    for (const auto& row : rows) values.push_back(row[p]);
    return values;
  };
  for (std::size_t p = 0; p < estimate.size() && !draws.bootstrap.empty(); ++p) {
    out.push_back(
        draw_interval(column(draws.bootstrap, p), estimate[p], column(draws.jackknife, p), 0.95));
  }
  return out;
}

}  // namespace isoflop
