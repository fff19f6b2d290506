/// The bias of a parabola: profiles of a law
///   L = E + A/N^alpha + B/D^beta
/// are no parabolas, and the vertex of one through a grid of width w (in ln N, about the optimum)
/// lies off the law's own optimum by (alpha - beta) w^2 / 10 to lowest order, more where the grid
/// is off centre. Here exactly: the same parabola through the law's losses without noise at the
/// runs' own N and D, less the optimum of the law along that budget. What is measured less this
/// shift is free of it. Czech et al. 2026, "Problems with Chinchilla Approach 2", report the bias.
#pragma once

#include <span>
#include <vector>

#include "isoflop/sweep/profile.hpp"
#include "isoflop/sweep/profiles.hpp"

namespace isoflop {

/// The optimum of a law chinchilla (E, A, alpha, B, beta) along a budget: the curves ln N and ln D
/// over ln size that its runs lie on. kSize is the ln size; no answer where the loss along the
/// curve has no minimum within e^+-12 of the grid.
SweepAnswer optimum_along(std::span<const double> coefficients, const Profile& profile);

/// Answer of the parabola through the law's losses less the law's own optimum, in logarithms. No
/// answer where either is missing. Requires a usable profile with both curves.
SweepAnswer parabola_shift(std::span<const double> coefficients, const Profile& profile);

/// What Approach 2 and Approach 3 say beside each other.
struct ApproachComparison {
  std::vector<SweepAnswer> shifts;         ///< [budgets]
  std::vector<SweepAnswer> corrected;      ///< [budgets] vertices less their shifts
  std::vector<Interval> log_size;          ///< [budgets] 95 % of the corrected vertex
  std::vector<SweepAnswer> optima;         ///< [budgets] of the law of Approach 3
  PowerLaws corrected_laws, optimal_laws;  ///< through them
  std::vector<PowerLaws> corrected_draws, optimal_draws;
};

/// The law that Approach 3 fitted to the same runs, and its refits to resampled runs (or none).
/// Requires profiles without a further size. Draws of the profiles and of the law come from
/// different resamples and are combined as independent.
ApproachComparison compare_approaches(const ProfilesReport& report,
                                      std::span<const double> coefficients,
                                      std::span<const std::vector<double>> draws,
                                      unsigned num_threads);

}  // namespace isoflop
