// The report of a fit for a person.
#pragma once

#include <string>

#include "isoflop/io/reports.hpp"

namespace isoflop::app {

/// with_profile: also the profile intervals.
std::string fit_text(const FitOutcome& outcome, bool with_profile);

}  // namespace isoflop::app
