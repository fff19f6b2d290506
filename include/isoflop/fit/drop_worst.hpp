/// Runs that a law fits worst: those that somebody may want to leave out.
#pragma once

#include <cstddef>
#include <vector>

#include "isoflop/core/run_table.hpp"
#include "isoflop/fit/options.hpp"
#include "isoflop/laws/any_law.hpp"

namespace isoflop {

/// Fits the law to all runs and returns the `count` rows of largest |ln predicted - ln observed|,
/// the first of equals, in ascending order. Throws Error where that fit fails, InvalidArgument
/// where no run would be left, and as fit() does.
std::vector<std::size_t> worst_runs(const AnyLaw& law, const RunTable& runs,
                                    const FitOptions& options, std::size_t count);

}  // namespace isoflop
