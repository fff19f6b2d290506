/// Fits a law to runs:
///   minimise over the coefficients  sum_i w_i Huber_delta( ln L(x_i) - ln L_i )
/// from many starts, and says how far the answer can be trusted. Objective and grid of starts:
/// Hoffmann et al. 2022, arXiv 2203.15556, Approach 3.
#pragma once

#include "isoflop/core/run_table.hpp"
#include "isoflop/fit/options.hpp"
#include "isoflop/fit/report.hpp"
#include "isoflop/laws/any_law.hpp"

namespace isoflop {

class FitLaw;

/// Fits a law: one that ships, by its name, or a formula.
///
/// Throws InvalidArgument for runs without a variable of the law, values that are not positive and
/// finite, a delta that is not positive, or an unknown, doubly fixed or out-of-bounds coefficient;
/// DataError for fewer runs than free coefficients; Cancelled where options.cancelled says so. A
/// fit that did not work out is a status in the report. The result does not depend on the number of
/// threads. Not thread-safe with respect to options.progress.
FitReport fit(const AnyLaw& law, const RunTable& runs, const FitOptions& options = {});

/// The same for a law of your own: fit(FitLawOf(MyLaw{}), runs) with isoflop/fit/own_law.hpp.
FitReport fit(const FitLaw& law, const RunTable& runs, const FitOptions& options = {});

}  // namespace isoflop
