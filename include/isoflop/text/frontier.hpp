/// A compute-optimal curve as a text for people, and as CSV.
#pragma once

#include <string>

#include "isoflop/api/frontier.hpp"

namespace isoflop::text {

std::string frontier(const api::FrontierOutcome& outcome);

/// One line per plan; numbers that do not exist are empty.
std::string frontier_csv(const api::FrontierOutcome& outcome);

}  // namespace isoflop::text
