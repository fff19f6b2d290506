#include "isoflop/api/sweep.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <set>

#include "api/budget_choice.hpp"
#include "api/embeddings_choice.hpp"
#include "api/planner_choice.hpp"
#include "api/shapes_choice.hpp"
#include "api/sweep_fields.hpp"
#include "api/time_choice.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/error.hpp"
#include "isoflop/fit/options.hpp"
#include "isoflop/io/number.hpp"
#include "isoflop/plan/nearest_shape.hpp"
#include "isoflop/plan/next_runs.hpp"
#include "plan/shape_family.hpp"

namespace isoflop::api {
namespace {

/// Grids that are compared with the one that was asked for.
constexpr std::array<std::size_t, 6> kOtherCells{3, 5, 7, 9, 13, 17};
constexpr std::array<double, 4> kOtherOctaves{2.0, 3.0, 4.0, 6.0};
constexpr std::uint64_t kResampledSweeps = 200;

std::vector<std::uint64_t> granularities_of(const SweepRequest& request,
                                            const PlanProblem& problem) {
  std::vector<std::uint64_t> out;
  if (request.granularities.empty()) return out;
  if (!has_granularity(problem.law)) {
    throw InvalidArgument("granularities", field("granularities") + ": the law " +
                                               std::string(problem.law.law.name()) + " has no G");
  }
  if (request.planner.accounting.granularity) {
    throw InvalidArgument("granularities", field("granularity") + " and " + field("granularities") +
                                               " say the same; give one or the other");
  }
  std::set<double> rising(request.granularities.begin(), request.granularities.end());
  for (const double g : rising) {
    if (g != std::round(g) || g < 1.0 || g > 1e6) {
      throw InvalidArgument("granularities", field("granularities") + " " + format_number(g) +
                                                 ": models are built with a whole G");
    }
    out.push_back(static_cast<std::uint64_t>(g));
  }
  return out;
}

SweepGrid grid_of(const SweepRequest& request, const PlanProblem& problem) {
  if (request.budget.flops.empty()) {
    throw InvalidArgument("flops",
                          "say the budgets of the sweep: " + field("flops") + " 1e18 3e18 1e19");
  }
  SweepGrid out;
  const std::set<double> rising(request.budget.flops.begin(), request.budget.flops.end());
  out.budgets.assign(rising.begin(), rising.end());
  out.cells = request.cells;
  out.octaves = request.octaves;
  out.granularities = granularities_of(request, problem);
  return out;
}

/// Short where that tells them apart.
std::vector<std::string> names_of(const std::vector<double>& budgets) {
  std::vector<std::string> out;
  for (const double budget : budgets) out.push_back(human_number(budget));
  if (std::set<std::string>(out.begin(), out.end()).size() == out.size()) return out;
  out.clear();
  for (const double budget : budgets) out.push_back(format_number(budget));
  return out;
}

/// What a sweep is designed with.
struct Workshop {
  const SweepRequest& request;
  const PlanProblem& problem;
  const std::optional<HyperparameterLaw>& hyperparameters;
  ShapeOptions options;
  std::optional<PlanProblem> timed;
  double rate;  ///< FLOPs of a GPU-second; 0: nobody said

  /// Runs and dropped cells of a grid.
  void build(const SweepGrid& grid, std::vector<SweepRun>& runs, DesignedSweep& designed) const {
    designed = design_sweep(problem, grid, options);
    const bool several = grid.granularities.size() > 1;
    const std::vector<std::string> names = names_of(grid.budgets);
    for (SweepCell& cell : designed.cells) {
      SweepRun one;
      FilledRun filled =
          run_of(cell.model, request.shapes, timed ? *timed : problem, hyperparameters);
      one.run = std::move(filled.config);
      one.outside = std::move(filled.outside);
      if (one.run.num_steps < request.min_steps) {
        designed.dropped.push_back(
            {cell.budget, cell.wanted_n_active, cell.model.granularity,
             fmt::format("its {} tokens are {} steps of {}, fewer than {}",
                         human_number(cell.model.d_tokens), one.run.num_steps,
                         human_number(static_cast<double>(one.run.batch_tokens())),
                         request.min_steps)});
        continue;
      }
      cell.model.d_tokens = static_cast<double>(one.run.tokens());
      one.flops = cell.model.d_tokens * cell.model.flops_per_token;
      if (timed) {
        one.gpu_hours = gpu_hours_of_shape(*timed, cell.model);
      } else if (rate > 0.0) {
        one.gpu_hours = one.flops / rate / kSecondsPerHour;
      }
      one.name = names[cell.budget] +
                 (several ? "-g" + format_number(cell.model.granularity) : "") + "-" +
                 std::to_string(cell.place + 1);
      one.cell = cell;
      runs.push_back(std::move(one));
    }
    std::stable_sort(
        designed.dropped.begin(), designed.dropped.end(),
        [](const DroppedCell& a, const DroppedCell& b) { return a.budget < b.budget; });
  }
};

std::vector<SweepCell> cells_of(const std::vector<SweepRun>& runs) {
  std::vector<SweepCell> out;
  for (const SweepRun& run : runs) out.push_back(run.cell);
  return out;
}

/// Narrower, wider, thinner and denser grids.
std::vector<OtherSweep> others_of(const Workshop& workshop, const SweepGrid& grid,
                                  const ForecastOptions& options) {
  std::set<std::size_t> cells(kOtherCells.begin(), kOtherCells.end());
  std::set<double> octaves(kOtherOctaves.begin(), kOtherOctaves.end());
  cells.insert(grid.cells);
  octaves.insert(grid.octaves);
  std::vector<OtherSweep> out;
  for (const std::size_t c : cells) {
    for (const double o : octaves) {
      SweepGrid other = grid;
      other.cells = c;
      other.octaves = o;
      std::vector<SweepRun> runs;
      DesignedSweep designed;
      workshop.build(other, runs, designed);
      OtherSweep one;
      one.cells = c;
      one.octaves = o;
      one.num_runs = runs.size();
      for (const SweepRun& run : runs) one.flops += run.flops;
      one.forecast = forecast_sweep(workshop.problem, grid.budgets, cells_of(runs), options);
      out.push_back(std::move(one));
    }
  }
  return out;
}

/// Half of the 95 % interval of ln N* that is meant.
double half_width_of(const SweepForecast& forecast, const std::string& by) {
  if (by == "profiles") return forecast.n.half_width();
  if (!forecast.fit_log_n) return std::numeric_limits<double>::quiet_NaN();
  return 0.5 * (forecast.fit_log_n->high - forecast.fit_log_n->low);
}

/// The fewest cells, and of these the narrowest grid, that leave an interval so narrow.
const OtherSweep& cheapest_within(const SweepRequest& request,
                                  const std::vector<OtherSweep>& others) {
  double best = std::numeric_limits<double>::infinity();
  for (const OtherSweep& other : others) {
    const double half = half_width_of(other.forecast, request.within_by);
    if (half <= std::log1p(*request.within)) return other;
    if (half < best) best = half;
  }
  throw Error(fmt::format(
      "{} {:.3g} %: none of the grids that were compared is so precise{}; larger budgets, or more "
      "of them, would be",
      field("within"), 100.0 * *request.within,
      std::isfinite(best) ? fmt::format(", the best leaves {:.3g} %", 100.0 * std::expm1(best))
                          : ""));
}

void require_consistent(const SweepRequest& request) {
  if (request.within && !(*request.within > 0.0)) {
    throw InvalidArgument("within", field("within") + " is a share above 0, such as 10%");
  }
  constexpr std::uint64_t kMostCells = 1000, kMostSimulations = 1'000'000;
  if (request.cells > kMostCells) {
    throw InvalidArgument("cells", field("cells") + ": at most 1000 at a budget");
  }
  if (request.simulations < 40 || request.simulations > kMostSimulations) {
    throw InvalidArgument("simulations",
                          field("simulations") + ": 40 to 1M, since an interval is read off them");
  }
  if (!request.time.cost_table.empty() &&
      (!request.budget.gpu.empty() || request.budget.mfu || request.budget.peak_flops)) {
    throw InvalidArgument("gpu", field("gpu") + ", " + field("peak_flops") + " and " +
                                     field("mfu") +
                                     " stand for a cost table; give one or the other");
  }
}

std::string launch_text(const SweepRequest& request, const LaunchConfig& run) {
  if (request.shapes.emit.empty()) return "";
  const auto formats = launch_formats();
  const auto place = std::find(formats.begin(), formats.end(), request.shapes.emit);
  return write_launch(static_cast<LaunchFormat>(place - formats.begin()), run);
}

void add_costs(const SweepRequest& request, SweepOutcome& out) {
  for (const SweepRun& run : out.runs) {
    out.flops += run.flops;
    if (run.gpu_hours) out.gpu_hours = out.gpu_hours.value_or(0.0) + *run.gpu_hours;
  }
  if (!request.budget.price_per_gpu_hour) return;
  if (!out.gpu_hours) {
    throw InvalidArgument("price_per_gpu_hour",
                          field("price_per_gpu_hour") + " needs " + field("cost_table") +
                              " FILE, or " + field("gpu") + " NAME and " + field("mfu") + " X");
  }
  out.price = *out.gpu_hours * *request.budget.price_per_gpu_hour;
}

}  // namespace

SweepOutcome sweep(const SweepRequest& asked, const Context& context) {
  const SweepRequest request = checked(asked);
  require_consistent(request);
  SweepOutcome out;
  out.request = asked;
  out.inputs = inputs_of(asked);
  const LawRecord law = load_law(request.planner.law);
  const bool with_rows = law.n_means == NMeaning::kTotal;
  out.problem = pose(request.planner, law, with_rows ? rows_of(request.embeddings) : 0.0);
  require_meant(request.planner, out.problem, context);
  out.grid = grid_of(request, out.problem);
  out.hyperparameters = load_hyperparameters(request.hyperparameters);
  PlanProblem timed = out.problem;
  out.time = use_time(timed, request.time);
  // Models are built as the layers were timed.
  Workshop workshop{request,
                    out.problem,
                    out.hyperparameters,
                    options_of(request.shapes, request.embeddings, timed, sweep_shapes()),
                    std::nullopt,
                    flops_per_gpu_second(request.budget)};
  if (out.time) {
    require_buildable(timed, workshop.options);
    workshop.timed = std::move(timed);
  }

  out.target_flops = request.target_flops.value_or(10.0 * out.grid.budgets.back());
  if (request.noise) {
    out.noise = 0.01 * *request.noise;
  } else {
    out.noise = law.noise;
  }
  if (!out.noise && (request.within || request.simulate)) {
    throw InvalidArgument("noise", "how far runs scatter is not known of this law: add " +
                                       field("noise") + " PERCENT");
  }
  ForecastOptions options;
  if (out.noise) {
    options.noise = *out.noise;
    options.refit_noise =
        refit_noise(*out.noise, law.huber_delta.value_or(FitOptions{}.huber_delta));
    options.target_flops = out.target_flops;
    options.simulations = request.simulations;
    options.seed = request.seed;
    options.num_threads = context.num_threads;
    options.cancelled = context.cancelled;
    if (out.grid.budgets.size() > 1) out.others = others_of(workshop, out.grid, options);
  }
  if (request.within) {
    if (out.others.empty()) {
      throw InvalidArgument("within", field("within") +
                                          " asks for a power law, and so for two "
                                          "budgets or more");
    }
    const OtherSweep& chosen = cheapest_within(request, out.others);
    out.grid.cells = chosen.cells;
    out.grid.octaves = chosen.octaves;
  }
  DesignedSweep designed;
  workshop.build(out.grid, out.runs, designed);
  out.dropped = std::move(designed.dropped);
  out.centres = std::move(designed.centres);
  std::vector<ModelShape> models;
  for (const SweepRun& run : out.runs) models.push_back(run.cell.model.shape);
  require_meant(request.shapes, models, context);
  add_costs(request, out);
  if (out.noise && out.grid.budgets.size() > 1) {
    options.resampled_simulations = std::min(kResampledSweeps, request.simulations);
    out.forecast = forecast_sweep(out.problem, out.grid.budgets, cells_of(out.runs), options);
  }
  Random random(request.seed);
  for (SweepRun& run : out.runs) {
    run.launch = launch_text(request, run.run);
    if (request.simulate) {
      run.simulated_loss = run.cell.model.loss * std::exp(*out.noise * random.normal());
    }
  }
  return out;
}

}  // namespace isoflop::api
