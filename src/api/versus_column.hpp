// What something else needs for the loss of each plan, asked for in words.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "isoflop/api/versus_column.hpp"

namespace isoflop::api {

/// One column per word. "dense" is the dense law of the same paper
/// (krajewski2024-dense for krajewski2024-e64) or, for a law with a variable E, the same law at
/// E = 1; "coarse" is the same law at G = 1; anything else names a law. The other law is planned
/// under the same cost where its N and G allow, else under its own, and within the same limits.
/// Throws InvalidArgument where a word has no meaning for this law, and as finding and planning a
/// law do.
std::vector<VersusColumn> versus_columns(const PlanProblem& problem,
                                         const std::vector<std::string>& words,
                                         const std::vector<Plan>& plans);

/// {"dense": {"compute_multiplier", "budget_flops", "note"}, …} for one plan; null where nothing
/// was compared.
nlohmann::ordered_json versus_json(const PlanProblem& problem,
                                   const std::vector<VersusColumn>& columns, std::size_t plan);

}  // namespace isoflop::api
