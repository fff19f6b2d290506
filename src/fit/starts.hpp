// Where a fit begins: the law's grid if it has one (Hoffmann et al. 2022 use 4,500 points), else a
// seeded uniform sample of the law's box of starts.
#pragma once

#include <cstddef>
#include <vector>

#include "fit/free_space.hpp"

namespace isoflop {

/// Size of the sample where a law has no grid and the caller does not say.
inline constexpr std::size_t kDefaultNumStarts = 1000;

/// Starts theta [P] on the optimiser's axis, the same for the same options; zero where theta has
/// room for more coefficients than the law has.
std::vector<std::vector<double>> starts(const LawFacts& law, const FitOptions& options);

/// The same starts in the free directions; tied coefficients begin at their mean. Where
/// coefficients are fixed or tied, grid points that coincide are kept once.
std::vector<CoefficientVector> free_starts(const LawFacts& law, const FitOptions& options,
                                           const FreeSpace& space);

}  // namespace isoflop
