// A compute-optimal curve as text, CSV and JSON.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "apps/isoflop/options/versus.hpp"
#include "isoflop/plan/frontier.hpp"

namespace isoflop::app {

inline constexpr std::string_view kFrontierFormat = "isoflop.frontier/1";

std::string frontier_text(const PlanProblem& request, const std::string& name,
                          const Frontier& curve, const std::vector<VersusColumn>& columns);

/// One line per plan; numbers that do not exist are empty.
std::string frontier_csv(const PlanProblem& request, const Frontier& curve,
                         const std::vector<VersusColumn>& columns);

nlohmann::ordered_json frontier_json(const PlanProblem& request, const std::string& name,
                                     const Frontier& curve,
                                     const std::vector<VersusColumn>& columns);

}  // namespace isoflop::app
