// The last polish of a fit with ceres::Solver, which differentiates the law's formula
// independently, run by run, and may only improve the fit. docs/decisions/0002-two-optimisers.md
// says why there are two optimisers. Nothing else in this library needs Ceres; without it there is
// no polish.
#pragma once

#include <optional>

#include "fit/free_space.hpp"
#include "isoflop/core/run_table.hpp"
#include "isoflop/fit/fit_law.hpp"

namespace isoflop {

struct Polished {
  CoefficientVector phi;
  int iterations = 0;
};

/// Continues from phi. Nothing where the library was built without Ceres.
std::optional<Polished> polish_with_ceres(const FitLaw& law, const RunTable& runs,
                                          const FitOptions& options, const FreeSpace& space,
                                          const CoefficientVector& phi);

}  // namespace isoflop
