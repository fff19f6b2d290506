/// IsoFLOP profiles for a person.
#pragma once

#include <string>

#include "isoflop/api/profiles.hpp"

namespace isoflop::text {

/// The vertex of every budget with what speaks against it, the power laws, both approaches side by
/// side, and the budgets that were asked for.
std::string profiles(const api::ProfilesOutcome& outcome);

}  // namespace isoflop::text
