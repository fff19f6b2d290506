/// The report of a fit for a person.
#pragma once

#include <string>

#include "isoflop/api/fit.hpp"

namespace isoflop::text {

/// with_profile: also the profile intervals.
std::string fit(const api::FitOutcome& outcome, bool with_profile);

}  // namespace isoflop::text
