/// A cost table at a glance, with the errors of the fitted cost model and c_r.
#pragma once

#include <string>

#include "isoflop/api/show.hpp"

namespace isoflop::text {

std::string show(const api::ShowOutcome& outcome);

}  // namespace isoflop::text
