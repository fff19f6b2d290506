/// Runs of two kinds in one table: two tokenizers, two architectures, two sets of held-out text.
/// The losses of one kind lie a constant factor above those of the other, and a law fitted to both
/// is the law of neither.
///
/// Asked of a fit, by fitting once more with a shift of ln L for some of the runs: those beyond a
/// value of a variable, those of one group, or those beyond a gap among the residuals. Named is a
/// shift that is more than ten times the error left and that nothing smooth explains as well.
#pragma once

#include <vector>

#include "isoflop/core/run_table.hpp"
#include "isoflop/fit/inspect_runs.hpp"
#include "isoflop/fit/options.hpp"
#include "isoflop/fit/report.hpp"
#include "isoflop/laws/any_law.hpp"

namespace isoflop {

/// One finding of severity suspect, or none. `report` is the fit of these runs under `options`;
/// nothing is said of a failed one. Of a long table some rows are asked. When NOT to use it: on
/// runs that nobody fitted. Throws as fit() does for runs without a variable of the law.
std::vector<Finding> find_shifted_runs(const AnyLaw& law, const RunTable& runs,
                                       const FitOptions& options, const FitReport& report);
std::vector<Finding> find_shifted_runs(const FitLaw& law, const RunTable& runs,
                                       const FitOptions& options, const FitReport& report);

}  // namespace isoflop
