// Residuals that go with a variable: all runs of one N lie above their law, those of the next
// below. Noise does not do that, whatever the law; a law of another form, or an N that was counted
// otherwise, does. Private to src.
#pragma once

#include <optional>
#include <string>

#include "isoflop/core/run_table.hpp"
#include "isoflop/fit/options.hpp"
#include "isoflop/fit/report.hpp"

namespace isoflop {

class FitLaw;

/// One sentence on the variable whose values explain most of what the fit leaves; nothing where
/// none does, where there are fewer values than the law follows by itself or more than runs of
/// each, and for a fit without residuals. Least squares around the fit: the law's own slopes and
/// one level for each value of the variable, compared by their F ratio (as lack of fit is, Draper
/// and Smith 1998, Applied Regression Analysis, Section 2.1).
std::optional<std::string> level_misfit(const FitLaw& law, const RunTable& runs,
                                        const FitOptions& options, const FitReport& report);

/// The normal quantile that an F ratio of these degrees of freedom stands at, by cube roots
/// (Paulson 1942, Annals of Mathematical Statistics 13(2)).
double normal_of_f(double f, double above, double below);

}  // namespace isoflop
