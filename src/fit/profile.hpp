// Profile likelihood: how far one coefficient can be moved, with all others fitted again, before
// the objective rises by more than chance allows. For a robust objective F with psi = rho' the
// quantity 2 (F - F_min) / s^2, s^2 = mean(psi^2) / mean(psi'), is asymptotically chi-squared with
// one degree of freedom (Ronchetti 1982; Hampel, Ronchetti, Rousseeuw, Stahel 1986, section 7.2).
// With squares it is the usual likelihood ratio.
//
// Where n runs are few against p coefficients:
//   - A narrow delta makes a fit meet p runs nearly exactly. Their residuals say nothing of the
//     noise, so both means are taken over the n - p largest (as Birkes and Dodge 1993, section 4.4,
//     leave out the zeros of a fit of least absolute deviations).
//   - mean(psi') is a share of residuals within delta, delta times twice their density at zero. It
//     is counted in a window that holds some, and drawn towards the share that a normal
//     distribution of the same scatter has; ten runs weigh as much as that.
//   - The square of the quantile of Student's t with n - p degrees of freedom takes the place of
//     the quantile of chi-squared.
#pragma once

#include <vector>

#include "fit/minimizer.hpp"
#include "isoflop/fit/report.hpp"

namespace isoflop {

/// By how much the objective may rise above `best`, its minimum, before the runs contradict it at
/// 95 %. Infinite where there are no more runs than coefficients.
double tolerated_rise(const Objective& objective, const FreeSpace& space, const Minimum& best);

/// The 95 % profile interval of every coefficient that was fitted, in the law's units. `best` is
/// the minimum of the objective.
std::vector<ProfileInterval> profile_intervals(const LawFacts& law, const Objective& objective,
                                               const FreeSpace& space, const Minimum& best,
                                               const FitOptions& options);

}  // namespace isoflop
