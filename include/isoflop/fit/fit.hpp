/// Fits a law to runs:
///   minimise over the coefficients  sum_i w_i Huber_delta( ln L(x_i) - ln L_i )
/// from many starts, and says how far the answer can be trusted. Objective and grid of starts:
/// Hoffmann et al. 2022, arXiv 2203.15556, Approach 3.
#pragma once

#include "isoflop/core/run_table.hpp"
#include "isoflop/fit/options.hpp"
#include "isoflop/fit/report.hpp"
#include "isoflop/laws/any_law.hpp"
#include "isoflop/laws/law.hpp"

namespace isoflop {

/// Fits a law. The shipped laws are compiled into isoflop::fit; for a law of your own include
/// isoflop/fit/fit_impl.hpp, which needs Ceres.
///
/// Throws InvalidArgument for runs without a variable of the law, values that are not positive and
/// finite, a delta that is not positive, or an unknown, doubly fixed or out-of-bounds coefficient;
/// DataError for fewer runs than free coefficients. A fit that did not work out is a status in the
/// report. The result does not depend on the number of threads. Not thread-safe with respect to
/// options.progress.
template <Law L>
FitReport fit(const L& law, const RunTable& runs, const FitOptions& options = {});

/// The same for any law: one that ships, by its name, or a formula.
FitReport fit(const AnyLaw& law, const RunTable& runs, const FitOptions& options = {});

}  // namespace isoflop
