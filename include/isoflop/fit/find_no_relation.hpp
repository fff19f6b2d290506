/// Losses that have nothing to do with what the law takes them from: another column, or rows whose
/// losses belong to others. Any law then fits some noise, and its numbers look like numbers.
#pragma once

#include <vector>

#include "isoflop/core/run_table.hpp"
#include "isoflop/fit/inspect_runs.hpp"
#include "isoflop/fit/report.hpp"
#include "isoflop/laws/any_law.hpp"

namespace isoflop {

/// One finding of severity suspect where neither the law nor parabolas in the logarithms of its
/// variables follow those of the losses closer than their median does, or none: by the F ratio of
/// the squares that they take away, below three standard deviations of a normal distribution. A run
/// far off counts as one at farthest_counted. Nothing is said of a failed fit, of runs that have
/// one loss, and of fewer than three runs more than free coefficients.
std::vector<Finding> find_no_relation(const AnyLaw& law, const RunTable& runs,
                                      const FitReport& report);

}  // namespace isoflop
