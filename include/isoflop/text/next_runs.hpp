/// The runs to train next as a text for people, and as CSV.
#pragma once

#include <string>

#include "isoflop/api/next_runs.hpp"

namespace isoflop::text {

std::string next_runs(const api::NextRunsOutcome& outcome);

/// The runs to train, n,d,g,flops, whole N and D; without g for a law that has none.
std::string next_runs_csv(const api::NextRunsOutcome& outcome);

}  // namespace isoflop::text
