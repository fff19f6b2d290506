/// Experts where no dense width is said: of laws, which hold for E and k0 = 1, of plans, which
/// choose d_ff, and of runs, which bring their own G.
#pragma once

#include <optional>

#include "isoflop/laws/law_record.hpp"
#include "isoflop/shape/experts.hpp"

namespace isoflop {

/// Throws InvalidArgument unless k0 = 1.
void require_unsplit(const ExpertRates& rates);

/// Fills in the rates that counts and k0 settle for a plan with a law: `expansion`, and
/// `granularity` where the law has a G. The law says which E it holds for; one without a G holds
/// for G = 1. Words of rates alone stay as they are. Throws InvalidArgument where words contradict
/// each other or leave a rate open.
void settle_for_plan(ExpertWords& words, const LawRecord& law);

/// The same for runs that bring their own G: only E is filled in.
void settle_for_runs(ExpertWords& words);

/// The rates that a law holds for, G where it is held; nothing for a law of dense models or unknown
/// E.
std::optional<ExpertRates> rates_of_law(const LawRecord& law,
                                        std::optional<double> held_granularity);

}  // namespace isoflop
