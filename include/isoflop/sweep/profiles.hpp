/// IsoFLOP profiles (Hoffmann et al. 2022, arXiv 2203.15556, Approach 2): the vertices of all
/// budgets, power laws through them,
///   ln y* = intercept + exponent ln C   by least squares, for y = N, D, another size, or the loss,
/// and what resampled runs would have said. With a further size `by` (a granularity) every budget
/// has a profile for each value of it, and a parabola of their minima against ln by gives the best
/// one.
///
/// A resample keeps the sizes and draws the residuals of every budget anew, with replacement, each
/// divided by sqrt(1 - leverage), centred and scaled to the variance of the fit: runs drawn in
/// pairs would leave a grid of five sizes with two different ones too often. Residuals are widened
/// by t / z of the degrees of freedom behind an exponent. A budget of three runs has none of its
/// own and takes those of the others, over the loss.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "isoflop/core/random.hpp"
#include "isoflop/sweep/budgets.hpp"
#include "isoflop/sweep/profile.hpp"

namespace isoflop {

struct ProfilesOptions {
  double huber_delta = std::numeric_limits<double>::infinity();  ///< see profile_of()
  std::size_t resamples = 1000;
  std::uint64_t seed = kDefaultSeed;
  unsigned num_threads = 0;  ///< 0: one per core; the result does not depend on it
};

/// A straight line in logarithms.
struct PowerLaw {
  double intercept = std::numeric_limits<double>::quiet_NaN();
  double exponent = std::numeric_limits<double>::quiet_NaN();

  double log_at(double log_c) const { return intercept + exponent * log_c; }
};
using PowerLaws = std::array<PowerLaw, kNumSweepQuantities>;

/// Lines through what budgets say; NaN where fewer than two of them say a quantity. Budgets without
/// an answer do not count.
PowerLaws power_laws_through(const std::vector<double>& log_budgets,
                             const std::vector<SweepAnswer>& answers);

struct BudgetProfiles {
  double budget_flops = 0.0;
  double spread = 0.0;
  std::vector<Profile> profiles;     ///< one, or one per value of `by`, rising
  SweepAnswer answer = no_answer();  ///< of the one, or at the best `by`
  bool by_outside = false;           ///< the best `by` lies beyond the values that were trained
};

struct ProfilesReport {
  std::vector<BudgetProfiles> budgets;  ///< rising
  PowerLaws laws;                       ///< NaN with fewer than two answers
  std::vector<PowerLaws> draws;  ///< [resamples], empty where no run is left over to resample
  std::size_t degrees = 0;       ///< of freedom, of all budgets together

  std::vector<double> log_budgets() const;
  std::vector<SweepAnswer> answers() const;
  std::size_t num_answers() const;
};

/// Throws InvalidArgument where no budget has three sizes.
ProfilesReport profiles_of(const SweepRuns& runs, const std::vector<Budget>& budgets,
                           const ProfilesOptions& options = {});

/// The best `by` of profiles of one budget and what goes with it: by the parabola of their minima
/// against ln by. No answer with fewer than three of them, or without a minimum.
SweepAnswer best_by(const std::vector<double>& log_by, const std::vector<SweepAnswer>& answers);

/// Of ln y at a budget, 95 %, from draws; NaN where there are none.
Interval log_interval_at(const std::vector<PowerLaws>& draws, SweepQuantity quantity, double log_c);
Interval exponent_interval(const std::vector<PowerLaws>& draws, SweepQuantity quantity);

}  // namespace isoflop
