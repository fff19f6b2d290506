/// What a plan depends on, for a person.
#pragma once

#include <string>

#include "isoflop/api/sensitivity.hpp"

namespace isoflop::text {

/// The plan of every fit beside the one that was asked for, and the runs that move it most.
std::string sensitivity(const api::SensitivityOutcome& outcome);

}  // namespace isoflop::text
