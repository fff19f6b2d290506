/// What a cost table says: its rows, how well a fitted cost model tells their times, and c_r.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <vector>

#include "isoflop/api/context.hpp"
#include "isoflop/api/input_file.hpp"
#include "isoflop/cost/measured_groups.hpp"
#include "isoflop/cost/router_cost.hpp"

namespace isoflop::api {

struct ShowRequest {
  std::string cost_table;  ///< path of an isoflop.cost/1 file
};

struct ShowOutcome {
  ShowRequest request;
  InputFiles inputs;
  CostTable table;
  std::vector<MeasuredGroup> groups;  ///< none where nothing was measured
  std::vector<RouterCost> router_costs;
  std::optional<RouterCost> headline;  ///< the one that is quoted first

  bool usable() const { return true; }
};

/// Throws DataError for a file that is no cost table.
ShowOutcome show(const ShowRequest& request, const Context& context = {});

ShowRequest show_request(const nlohmann::ordered_json& json);
nlohmann::ordered_json to_json(const ShowRequest& request);
/// isoflop.show/1: errors of the cost models and c_r.
nlohmann::ordered_json to_json(const ShowOutcome& outcome);
/// One line per row of a table, without its samples, under a line of names.
std::string to_csv(const CostTable& table);

}  // namespace isoflop::api
