/// A designed sweep for people, and its runs as CSV.
#pragma once

#include <string>

#include "isoflop/api/sweep.hpp"

namespace isoflop::text {

std::string sweep(const api::SweepOutcome& outcome);

/// One line per run: what it trains, in columns that profiles, envelope and fit read as they are
/// once a column `loss` is beside them.
std::string sweep_csv(const api::SweepOutcome& outcome);

/// ".args", ".json" or ".py", of the files of the trainer that was asked for.
std::string launch_ending(const api::SweepOutcome& outcome);

}  // namespace isoflop::text
