/// What a fit says of itself. Numbers only: nothing here knows a law.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "isoflop/core/ranges.hpp"
#include "isoflop/fit/questions.hpp"

namespace isoflop {

/// kConverged speaks of the optimiser: the projected gradient vanishes and independent starts agree
/// on the objective. It does not say that the law is right or its coefficients well determined.
enum class FitStatus { kFailed, kNotConverged, kConverged };

inline const char* to_string(FitStatus s) {
  switch (s) {
    case FitStatus::kConverged:
      return "converged";
    case FitStatus::kNotConverged:
      return "not_converged";
    case FitStatus::kFailed:
      break;
  }
  return "failed";
}

/// What went over the best start at the end, beside the library's own Newton steps: nothing where
/// the library was built without Ceres, or where no coefficient is free.
enum class Polish { kNone, kCeres };

inline const char* to_string(Polish p) { return p == Polish::kCeres ? "ceres" : "none"; }

/// A local minimum of the objective.
struct LocalMinimum {
  std::vector<double> coefficients;  ///< [P] in the law's order and units
  double objective;
  std::size_t num_starts;  ///< that ended here
};

/// The values of one coefficient that the runs do not contradict, from its profile likelihood.
struct ProfileInterval {
  std::string coefficient;
  double low, high;                  ///< 95 %
  bool low_at_bound, high_at_bound;  ///< the interval ends at the bound of the fit, not of the data
  bool weak;                         ///< is_weak() of questions.hpp
  /// Where the profile was computed, by value: how far the objective lies above its minimum with
  /// the coefficient held there and the others fitted again. The fit itself is one of them.
  std::vector<double> values, rises;
};

struct RunResidual {
  std::size_t run;             ///< row of the RunTable
  double observed, predicted;  ///< nats per token
  double log_residual;         ///< ln predicted - ln observed
};

struct FitReport {
  FitStatus status = FitStatus::kFailed;
  Verdict verdict = Verdict::kFailed;
  Questions questions;                ///< what the verdict follows from
  std::vector<std::string> reasons;   ///< why the verdict is not certified; empty if it is
  std::vector<std::string> warnings;  ///< what a reader should know all the same
  std::vector<double> coefficients;   ///< [P] in the law's order and units
  double objective = std::numeric_limits<double>::quiet_NaN();
  std::size_t num_runs = 0;
  std::size_t num_free = 0;  ///< coefficients that were fitted
  std::size_t num_starts = 0;
  std::size_t starts_at_best = 0;    ///< objective within 1e-6 relative + 1e-16 of the best
  std::size_t starts_abandoned = 0;  ///< given up early; see docs/explain/fitting.md
  std::size_t best_start = 0;        ///< index of the start that was polished
  std::vector<LocalMinimum> minima;  ///< distinct ones, lowest first, eight at most
  double gradient_norm = std::numeric_limits<double>::quiet_NaN();
  ///< largest component of the projected gradient, on the optimiser's axis
  double condition_number = std::numeric_limits<double>::quiet_NaN();
  ///< of the exact Hessian on the optimiser's axis; infinite if it is not positive definite
  std::vector<double> hessian_eigenvalues;  ///< over the directions no bound holds, smallest first
  std::vector<ProfileInterval> profile;     ///< of the fitted coefficients
  std::vector<std::string> weak;            ///< coefficients of which an interval says so
  std::string cure;                         ///< the runs that would help them; may be empty
  /// How far the objective may rise before the runs contradict it at 95 %; NaN without a profile.
  double tolerated_rise = std::numeric_limits<double>::quiet_NaN();
  std::optional<FormCheck> form;  ///< where there were runs enough to look
  double rmse_log = std::numeric_limits<double>::quiet_NaN();
  double rmse_nats = std::numeric_limits<double>::quiet_NaN();
  std::vector<std::string> at_bound;  ///< coefficients that ended on a bound
  /// The best minimum lies outside the bounds that the law's list of coefficients gives, and inside
  /// those of widest() in laws/coefficients.hpp.
  bool widened = false;
  std::vector<RunResidual> worst;  ///< largest |log residual| first, ten at most
  Ranges ranges;
  Polish polish = Polish::kNone;
  int polish_iterations = 0;  ///< of Ceres after the best start
};

/// Why the coefficients are not called determined, weak ones and their cure included.
std::vector<std::string> why_coefficients(const FitReport& report);

}  // namespace isoflop
