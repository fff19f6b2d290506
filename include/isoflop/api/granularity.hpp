/// isoflop::api::granularity: one model trained at every granularity for the same cost, by FLOPs
/// and by the time of a cost table.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isoflop/api/context.hpp"
#include "isoflop/api/input_file.hpp"
#include "isoflop/api/planner_choice.hpp"
#include "isoflop/api/time_choice.hpp"
#include "isoflop/plan/same_cost.hpp"
#include "isoflop/plan/table_time.hpp"

namespace isoflop::api {

inline constexpr std::string_view kGranularityFormat = "isoflop.granularity/1";

struct GranularityRequest {
  PlannerChoice planner;
  double n_active = 0.0;                              ///< active parameters of the model
  double d = 0.0;                                     ///< training tokens at `reference`
  double reference = SameCostQuestion{}.reference;    ///< whose cost all others are given
  double max_g = SameCostQuestion{}.max_granularity;  ///< the finest shown
  TimeChoice time;
  /// Tokens that pass a layer of one GPU at once, one column each; words, because the columns are
  /// called by them. In place of time.micro_batch.
  std::vector<std::string> micro_batch;
};

/// The same cost spent at every granularity.
struct GranularityColumn {
  std::string by;                 ///< "FLOPs", or the time at a micro-batch
  std::optional<TableTime> time;  ///< where the cost is time
  std::vector<SameCostRun> runs;  ///< in rising order of G
};

struct GranularityOutcome {
  GranularityRequest request;
  InputFiles inputs;
  PlanProblem problem;                     ///< what was settled, by FLOPs
  std::vector<GranularityColumn> columns;  ///< FLOPs first

  bool usable() const { return !columns.empty(); }
};

/// Throws InvalidArgument for a law without a granularity and a request that contradicts itself,
/// DataError for files.
GranularityOutcome granularity(const GranularityRequest& request, const Context& context = {});

nlohmann::ordered_json to_json(const GranularityOutcome& outcome);
nlohmann::ordered_json to_json(const GranularityRequest& request);
GranularityRequest granularity_request(const nlohmann::ordered_json& request);

}  // namespace isoflop::api
