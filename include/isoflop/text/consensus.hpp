// What the laws say of budgets, as a text for people and as JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "isoflop/plan/consensus.hpp"

namespace isoflop::app {

inline constexpr std::string_view kConsensusFormat = "isoflop.consensus/1";

/// What all laws said of one budget.
using Opinions = std::vector<LawOpinion>;

/// Per budget a table and the answers to three questions; then who says nothing, and why, and what
/// was converted.
std::string consensus_text(const std::vector<Opinions>& budgets);

/// A row per budget and law, and how far apart they lie per budget.
nlohmann::ordered_json consensus_to_json(const ConsensusQuestion& question,
                                         const std::vector<Opinions>& budgets);

}  // namespace isoflop::app
