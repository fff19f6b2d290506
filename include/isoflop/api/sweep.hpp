/// isoflop::api::sweep: an isoFLOP sweep that is still to be trained. Which models, tokens, batches
/// and steps; what that costs; what it is expected to say of the optimum at a larger budget, and
/// what narrower, wider, thinner or denser grids would.
#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isoflop/api/budget_choice.hpp"
#include "isoflop/api/context.hpp"
#include "isoflop/api/embeddings_choice.hpp"
#include "isoflop/api/hyperparameter_choice.hpp"
#include "isoflop/api/input_file.hpp"
#include "isoflop/api/planner_choice.hpp"
#include "isoflop/api/shapes_choice.hpp"
#include "isoflop/api/time_choice.hpp"
#include "isoflop/io/launch_config.hpp"
#include "isoflop/plan/table_time.hpp"
#include "isoflop/sweep/design.hpp"
#include "isoflop/sweep/forecast.hpp"

namespace isoflop::api {

inline constexpr std::string_view kSweepFormat = "isoflop.sweep/1";

/// How models of a sweep are built where nobody said: small ones need finer steps than a plan's.
inline constexpr ShapeOptions sweep_shapes() {
  ShapeOptions out;
  out.multiple = 64;
  out.expert_multiple = 32;
  out.head_dim = 64;
  out.depth_tolerance = 1.25;
  return out;
}

struct SweepRequest {
  PlannerChoice planner;  ///< the law that grids are centred by, without limits
  EmbeddingsChoice embeddings;
  BudgetChoice budget;  ///< flops: the budgets; gpu, mfu and prices: what they cost
  TimeChoice time;      ///< a cost table that says what cells take, in place of gpu and mfu
  std::uint64_t cells = SweepGrid{}.cells;
  double octaves = SweepGrid{}.octaves;
  std::vector<double> granularities;  ///< a grid for each of them, in place of the law's best
  /// Chooses cells and octaves: the fewest cells that leave the 95 % interval of N* at the target
  /// within this share either way.
  std::optional<double> within;
  std::string within_by = "profiles";  ///< the interval that is meant; or of a "fit" of the law
  std::optional<double> target_flops;  ///< else ten times the largest budget
  std::optional<double> noise;         ///< sd of the loss of a run in per cent; else the fit's
  std::uint64_t simulations = ForecastOptions{}.simulations;
  std::uint64_t seed = ForecastOptions{}.seed;
  std::uint64_t min_steps = 500;  ///< cells with fewer are dropped
  ShapesChoice shapes;            ///< how models are built, batches, and the trainer to emit for
  HyperparameterChoice hyperparameters;
  /// Trains the cells in simulation: adds a loss of the law with noise to each.
  bool simulate = false;
};

/// A run of the sweep.
struct SweepRun {
  std::string name;  ///< "1e19-g8-3": budget, granularity where there are several, place
  SweepCell cell;    ///< trains on the whole steps of `run`
  LaunchConfig run;
  std::vector<OutsideRange> outside;  ///< of the runs behind the law of hyperparameters
  double flops = 0.0;
  std::optional<double> gpu_hours;
  std::optional<double> simulated_loss;
  std::string launch;  ///< for the trainer that was asked for; empty where none was
};

/// A grid that could be trained in its place.
struct OtherSweep {
  std::size_t cells = 0;
  double octaves = 0.0;
  std::size_t num_runs = 0;  ///< that are not dropped
  double flops = 0.0;
  SweepForecast forecast;
};

struct SweepOutcome {
  SweepRequest request;
  InputFiles inputs;
  PlanProblem problem;  ///< what was settled
  std::optional<TableTime> time;
  std::optional<HyperparameterLaw> hyperparameters;
  SweepGrid grid;
  std::vector<SweepRun> runs;
  std::vector<DroppedCell> dropped;
  std::vector<GridCentre> centres;
  double flops = 0.0;
  std::optional<double> gpu_hours, price;
  double target_flops = 0.0;
  std::optional<double> noise;            ///< sd of ln L; nothing is foretold without
  std::optional<SweepForecast> forecast;  ///< of the runs
  std::vector<OtherSweep> others;         ///< by cells, then octaves

  bool usable() const { return !runs.empty(); }
};

/// Throws InvalidArgument for a request that contradicts itself or does not settle what is needed,
/// DataError for files, Error where no grid is precise enough for `within` or a trainer cannot be
/// told a shape.
SweepOutcome sweep(const SweepRequest& request, const Context& context = {});

SweepRequest sweep_request(const nlohmann::ordered_json& json);
nlohmann::ordered_json to_json(const SweepRequest& request);
/// isoflop.sweep/1.
nlohmann::ordered_json to_json(const SweepOutcome& outcome);

}  // namespace isoflop::api
