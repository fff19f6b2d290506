/// The last word on a fit, as evidence comes in.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "isoflop/core/interval.hpp"
#include "isoflop/core/run_table.hpp"
#include "isoflop/fit/inspect_runs.hpp"
#include "isoflop/fit/options.hpp"
#include "isoflop/fit/report.hpp"
#include "isoflop/laws/law_facts.hpp"

namespace isoflop {

class FitLaw;

/// Sets report.weak, verdict and reasons from report.questions and what else the report holds. To
/// be called again whenever one of them has changed; not for a fit that failed.
void judge(FitReport& report);

/// What the bootstrap says of the coefficients: intervals [P] as coefficient_intervals() gives
/// them, those of coefficients that were not fitted included.
void add_intervals(const LawFacts& law, const FitOptions& options,
                   const std::vector<EstimatedInterval>& intervals, FitReport& report);

/// Looks whether the law has the form of these runs (FormCheck says how) and lowers the answer to
/// the fourth question where the fit misses the runs by more than twice what repeats of a cell
/// differ by, or the intervals of hidden runs hold fewer than half of them.
void add_form(const FitLaw& law, const RunTable& runs, const FitOptions& options,
              const std::optional<SeedNoise>& noise, FitReport& report);

/// The runs that would do most for the coefficients that are weak: one sentence that names the
/// variable to spread and by how much the widest of their intervals would shrink. Asked of the
/// formula at the fit: eight more runs at values of one variable beyond the range of the runs, the
/// others at the ends of theirs. Empty where none are weak.
std::string cure_of(const FitLaw& law, const RunTable& runs, const FitOptions& options,
                    const FitReport& report);

}  // namespace isoflop
