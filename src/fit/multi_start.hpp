// Many descents, and what they agree on.
//
// Starts are abandoned by one rule: after 2, 4, 8, 16 and 32 iterations the half of them with the
// lower objective goes on, as long as there are 100 or more (sequential halving: Karnin, Koren &
// Somekh 2013). Starts that end badly show it early: they lose a term of the law at a bound.
// docs/explain/calibration.md says what the rule costs and saves.
//
// On many runs (more than 20,000) the starts descend on a seeded sample of 8,192 of them; the
// distinct minima found there are then descended to the end on all runs.
#pragma once

#include <cstddef>
#include <vector>

#include "fit/minimizer.hpp"
#include "isoflop/fit/options.hpp"

namespace isoflop {

/// Objectives as close as this are one minimum.
inline bool agree(double value, double best) { return value <= best * (1.0 + 1e-6) + 1e-16; }

/// A minimum that one or more starts reached.
struct FoundMinimum {
  Minimum at;
  std::size_t num_starts = 0;   ///< that ended here
  std::size_t first_start = 0;  ///< the one with the lowest objective
};

struct MultiStart {
  std::vector<FoundMinimum> found;  ///< by objective, lowest first
  std::size_t num_starts = 0;
  std::size_t num_abandoned = 0;
};

/// Descends from every start. The outcome does not depend on options.num_threads.
MultiStart multi_start(const Objective& objective, const FreeSpace& space,
                       const std::vector<CoefficientVector>& starts, const FitOptions& options);

}  // namespace isoflop
