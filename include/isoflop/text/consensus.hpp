/// What the laws say of budgets, for a person.
#pragma once

#include <string>

#include "isoflop/api/consensus.hpp"

namespace isoflop::text {

/// Per budget a table and the answers to three questions; then who says nothing, and why, and what
/// was converted.
std::string consensus(const api::ConsensusOutcome& outcome);

}  // namespace isoflop::text
