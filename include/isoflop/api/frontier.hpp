/// isoflop::api::frontier: the best plans over a range of budgets, and where the granularity
/// changes.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "isoflop/api/context.hpp"
#include "isoflop/api/doubt_choice.hpp"
#include "isoflop/api/input_file.hpp"
#include "isoflop/api/planner_choice.hpp"
#include "isoflop/api/versus_column.hpp"
#include "isoflop/plan/frontier.hpp"

namespace isoflop::api {

inline constexpr std::string_view kFrontierFormat = "isoflop.frontier/1";

struct FrontierRequest {
  PlannerChoice planner;
  double from = 0.0, to = 0.0;  ///< both ends of the curve, training FLOPs
  std::uint64_t points = FrontierOptions{}.num_points;
  std::vector<std::string> versus;  ///< "dense", "coarse" or laws
  std::uint64_t threads = 0;        ///< for the law's draws; 0: as many as the context says
  DoubtChoice doubt;                ///< the regret is left out of a curve, and so is its doubt
};

struct FrontierOutcome {
  FrontierRequest request;
  InputFiles inputs;
  PlanProblem problem;  ///< what was settled
  Frontier curve;
  std::vector<VersusColumn> versus;

  /// Whether a budget has a plan that is determined, or accepted all the same.
  bool usable() const;
};

/// Throws InvalidArgument for a request that contradicts itself or does not settle what is needed,
/// DataError for files.
FrontierOutcome frontier(const FrontierRequest& request, const Context& context = {});

nlohmann::ordered_json to_json(const FrontierOutcome& outcome);
nlohmann::ordered_json to_json(const FrontierRequest& request);
FrontierRequest frontier_request(const nlohmann::ordered_json& request);

}  // namespace isoflop::api
