/// One model at every granularity as a text for people.
#pragma once

#include <string>

#include "isoflop/api/granularity.hpp"

namespace isoflop::text {

/// A table with a row per granularity and a column per cost, and which granularity wins.
std::string granularity(const api::GranularityOutcome& outcome);

}  // namespace isoflop::text
