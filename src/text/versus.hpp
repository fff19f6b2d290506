// How many times the FLOPs of a plan something else needs for the same loss, for a person.
#pragma once

#include <string>
#include <vector>

#include "isoflop/api/versus_column.hpp"

namespace isoflop::text {

/// "18.01x", or "-" where there is no multiplier.
std::string multiplier_text(const Versus& answer);

/// One line per column on what was compared, and one per answer that is none though there is a
/// plan.
std::string versus_notes(const PlanProblem& problem, const std::vector<api::VersusColumn>& columns,
                         const std::vector<Plan>& plans);

/// A table of the multipliers, one row per plan, and the notes; for reports whose own table has no
/// room for them.
std::string versus_text(const PlanProblem& problem, const std::vector<api::VersusColumn>& columns,
                        const std::vector<Plan>& plans);

}  // namespace isoflop::text
