/// Published results beside ours, for a person.
#pragma once

#include <string>

#include "isoflop/api/reproduce.hpp"

namespace isoflop::text {

/// Every figure with what it was allowed to differ by and why; or what there is to reproduce.
std::string reproduce(const api::ReproduceOutcome& outcome);

}  // namespace isoflop::text
