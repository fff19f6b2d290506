/// How single runs scatter about a fit, and how much further they lie off the further a forecast
/// reaches: what a law file keeps so that the loss of a new run can be told without the runs.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "isoflop/core/interval.hpp"
#include "isoflop/core/run_compute.hpp"

namespace isoflop {

/// The residuals that a new run of the same kind may have, all equally likely before they are
/// scaled by sqrt(n / (n - p)), because a fit of p coefficients to n runs leaves residuals smaller
/// by that than the scatter of the runs.
struct RunScatter {
  std::vector<double> residuals;  ///< ln observed - ln fitted, ascending
  std::size_t num_runs = 0;       ///< n
  std::size_t num_free = 0;       ///< p

  /// There are residuals, and more runs than coefficients.
  bool is_known() const { return !residuals.empty() && num_runs > num_free; }
};

/// What forecasts at one distance said.
struct WideningStep {
  double log_distance;  ///< mean of ln(compute of the run / largest compute fitted)
  double factor;        ///< >= 1, by which intervals are widened there
  std::size_t num_forecasts;
  std::size_t num_hold_outs;             ///< that these forecasts come from
  double covered_before, covered_after;  ///< shares of these forecasts inside their interval
};

/// How much the interval of a new run is widened with its distance in compute from the runs behind
/// the law: 1 up to their largest compute, linear in the logarithm of the distance between the
/// steps, and on along the line through the first point and the last step beyond them.
struct NewRunCalibration {
  ComputeMeasure measure = ComputeMeasure::kNone;
  double largest_compute = 0.0;  ///< of the runs behind the law
  std::size_t num_hold_outs = 0;
  std::vector<WideningStep> steps;  ///< by growing distance; factors do not fall

  /// Of a run `distance` = compute / largest_compute away.
  double factor_at(double distance) const;
  /// The largest distance that forecasts were made over.
  double furthest() const;
};

/// What a law says of a new run at one place.
struct NewRunLoss {
  EstimatedInterval interval;    ///< 95 %, of the loss; kNone where the law has no draws or no
                                 ///< scatter
  double distance = 1.0;         ///< in compute, over the largest of the runs that were calibrated
  std::optional<double> factor;  ///< that the interval was widened by; nothing: never calibrated
};

}  // namespace isoflop
