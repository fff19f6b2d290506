// What resampled runs say of the power laws of profiles.
#pragma once

#include <vector>

#include "isoflop/sweep/profiles.hpp"

namespace isoflop {

/// [resamples]; empty where no run is left over, or fewer than two budgets have an answer.
std::vector<PowerLaws> resampled_laws(const ProfilesReport& report, const ProfilesOptions& options);

}  // namespace isoflop
