/// The loss of one new run, which scatters about the curve as the runs behind the law did: the
/// interval of
///   ln L(theta_k, x) + sqrt(n / (n - p)) e
/// over the draws theta_k of a law (refits to resampled runs) and the residuals e of its runs, each
/// with each. The first term carries the doubt about the curve, the second the scatter of single
/// runs. The residual quantiles stand at i / (n + 1), i = 1 … n, because a new value lies below the
/// i-th of n with that chance; beyond the outermost ones they go on as a normal distribution of the
/// residuals' root mean square does, so that few runs do not make narrow intervals. No random
/// number is drawn: the quantiles are those of all sums.
///
/// What neither term holds is a law that is wrong beyond its runs: there the interval is widened by
/// what forecasts of hidden runs taught (NewRunCalibration), where a fit was calibrated.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "isoflop/core/interval.hpp"
#include "isoflop/core/run_table.hpp"
#include "isoflop/core/variable.hpp"
#include "isoflop/laws/any_law.hpp"
#include "isoflop/laws/law_record.hpp"
#include "isoflop/laws/run_scatter.hpp"

namespace isoflop {

/// The scatter of these runs about a law with `num_free` fitted coefficients. Runs of weight zero
/// do not count. Where the table has groups every group is as likely as every other, and within it
/// every run. Residuals are rounded to six digits, and more than 1,001 are kept as as many evenly
/// spaced quantiles. Nothing is known where a loss is not positive. Throws as log_losses() does.
RunScatter scatter_of(const AnyLaw& law, std::span<const double> coefficients, const RunTable& runs,
                      std::size_t num_free);

/// What new runs scatter by, ready to be added to any number of curves.
class NewRunSpread {
 public:
  /// Requires scatter.is_known().
  explicit NewRunSpread(const RunScatter& scatter);

  /// The central interval of this level of ln loss; `log_losses` are those that the draws give, NaN
  /// left out. NaN where none is left. Throws InvalidArgument for a level outside (0, 1).
  Interval interval(std::span<const double> log_losses, double level) const;

 private:
  std::vector<double> residuals_;  // ascending, scaled, equally likely
};

/// Moves both ends of an interval away from `centre` by this factor.
Interval widened(const Interval& interval, double centre, double factor);

/// `log_loss` is what the law itself predicts there, `drawn` what its draws do, `values` by
/// Variable as the law counts them.
NewRunLoss new_run_loss(const LawRecord& law, double log_loss, std::span<const double> drawn,
                        const std::array<double, kNumVariables>& values);

}  // namespace isoflop
