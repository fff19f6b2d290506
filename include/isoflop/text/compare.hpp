/// Two cost tables side by side.
#pragma once

#include <string>

#include "isoflop/api/compare.hpp"

namespace isoflop::text {

std::string compare(const api::CompareOutcome& outcome);

}  // namespace isoflop::text
