#include "isoflop/sweep/forecast.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <utility>

#include "isoflop/core/normal_quantile.hpp"
#include "isoflop/core/parallel.hpp"
#include "isoflop/core/stop_if_cancelled.hpp"
#include "isoflop/laws/law_facts.hpp"
#include "isoflop/plan/planner.hpp"
#include "isoflop/sweep/profiles.hpp"

namespace isoflop {
namespace {

/// The profile of one budget and granularity, with the law's losses of its cells.
struct Grid {
  double log_by = 0.0;
  ProfileRuns runs;
};

struct GridsOfBudget {
  double log_c = 0.0;
  std::vector<Grid> grids;
};

std::vector<GridsOfBudget> grids_of(std::span<const double> budgets,
                                    std::span<const SweepCell> cells) {
  SweepRuns all;
  std::map<std::size_t, std::map<double, std::vector<std::size_t>>> rows;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    const RealShape& model = cells[i].model;
    all.size.push_back(model.n_law);
    all.n.push_back(model.n_law);
    all.d.push_back(model.d_tokens);
    all.loss.push_back(model.loss);
    rows[cells[i].budget][model.granularity].push_back(i);
  }
  std::vector<GridsOfBudget> out;
  for (const auto& [budget, by_g] : rows) {
    GridsOfBudget& one = out.emplace_back();
    one.log_c = std::log(budgets[budget]);
    for (const auto& [g, of_g] : by_g) {
      Profile profile =
          profile_of(all, of_g, budgets[budget], std::numeric_limits<double>::infinity());
      if (profile.fit) one.grids.push_back({std::log(g), std::move(profile.runs)});
    }
  }
  return out;
}

/// Whether a budget has grids of several granularities, of which the best is asked for.
bool compares_granularities(const std::vector<GridsOfBudget>& budgets) {
  return std::any_of(budgets.begin(), budgets.end(),
                     [](const GridsOfBudget& b) { return b.grids.size() > 1; });
}

/// What the sweep says at the target, of losses that `noisy` makes of the law's.
template <class Noisy>
SweepAnswer read(const std::vector<GridsOfBudget>& budgets, double log_target, Noisy&& noisy) {
  std::vector<double> log_budgets;
  std::vector<SweepAnswer> answers;
  const bool several = compares_granularities(budgets);
  for (const GridsOfBudget& budget : budgets) {
    std::vector<double> log_by;
    std::vector<SweepAnswer> of_grids;
    for (const Grid& grid : budget.grids) {
      std::vector<double> loss = grid.runs.loss;
      for (double& x : loss) x = noisy(x);
      log_by.push_back(grid.log_by);
      of_grids.push_back(answer_of(fit_parabola(grid.runs.x, loss).parabola, grid.runs));
    }
    log_budgets.push_back(budget.log_c);
    answers.push_back(several            ? best_by(log_by, of_grids)
                      : of_grids.empty() ? no_answer()
                                         : of_grids.front());
  }
  SweepAnswer out = no_answer();
  const PowerLaws laws = power_laws_through(log_budgets, answers);
  for (std::size_t q = 0; q < kNumSweepQuantities; ++q) out[q] = laws[q].log_at(log_target);
  return out;
}

double printed_half_width(std::span<const double> budgets, std::span<const SweepCell> cells,
                          bool several, const ForecastOptions& options) {
  SweepRuns runs;
  std::map<std::size_t, Budget> by_budget;
  for (const SweepCell& cell : cells) {
    Budget& budget = by_budget[cell.budget];
    budget.flops = budgets[cell.budget];
    budget.runs.push_back(runs.num_runs());
    runs.size.push_back(cell.model.n_law);
    runs.n.push_back(cell.model.n_law);
    runs.d.push_back(cell.model.d_tokens);
    if (several) runs.by.push_back(cell.model.granularity);
    runs.loss.push_back(cell.model.loss);
  }
  std::vector<Budget> own;
  for (auto& [place, budget] : by_budget) own.push_back(std::move(budget));
  std::vector<double> half(options.resampled_simulations);
  parallel_for(half.size(), options.num_threads, [&](std::size_t s) {
    stop_if_cancelled(options.cancelled);
    Random random(options.seed + 0x9e3779b97f4a7c15ULL * (s + 1));
    SweepRuns noisy = runs;
    for (double& x : noisy.loss) x *= std::exp(options.noise * random.normal());
    ProfilesOptions how;
    how.resamples = options.resamples;
    how.seed = options.seed + s;
    how.num_threads = 1;
    const ProfilesReport report = profiles_of(noisy, own, how);
    const Interval i =
        log_interval_at(report.draws, SweepQuantity::kN, std::log(options.target_flops));
    half[s] = 0.5 * (i.high - i.low);
  });
  std::erase_if(half, [](double x) { return !std::isfinite(x); });
  if (half.size() <= options.resampled_simulations / 2) {
    return std::numeric_limits<double>::quiet_NaN();
  }
  const auto middle = half.begin() + static_cast<std::ptrdiff_t>(half.size() / 2);
  std::nth_element(half.begin(), middle, half.end());
  return *middle;
}

SweepForecast::Read gather(const SweepAnswer& noiseless, const std::vector<SweepAnswer>& read,
                           SweepQuantity quantity) {
  SweepForecast::Read out;
  out.noiseless = noiseless[index_of(quantity)];
  std::vector<double> values;
  for (const SweepAnswer& answer : read) {
    if (std::isfinite(answer[index_of(quantity)])) values.push_back(answer[index_of(quantity)]);
  }
  if (values.size() > read.size() / 2 && values.size() > 1) {
    out.spread = percentile_interval(values, 0.95);
  }
  return out;
}

/// Coefficients on the axes that a fit moves them on.
struct Axes {
  std::vector<bool> is_log;

  std::vector<double> moved(std::vector<double> coefficients, std::size_t p, double by) const {
    coefficients[p] = is_log[p] ? coefficients[p] * std::exp(by) : coefficients[p] + by;
    return coefficients;
  }
};

using Column = std::vector<double>;

double dot(const Column& a, const Column& b) {
  double sum = 0.0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

/// Of coefficients by which data move as `columns` [P][cells] say and a quantity as `slope` [P]:
/// how far the quantity scatters where every datum does by one, sqrt(slope^T (J^T J)^-1 slope);
/// infinite where the data do not determine it. Coefficients that the data do not tell apart do no
/// harm where the quantity does not either. Gram and Schmidt with the longest column first, in
/// loops of our own: what Eigen compiles here and elsewhere may be joined by the linker to either
/// copy, and an outcome is not to depend on it.
double scatter_of(std::vector<Column> columns, std::vector<double> slope) {
  // What differences leave of directions that are not seen, for columns of length one.
  constexpr double kUnseen = 1e-7, kMoves = 1e-4;
  for (std::size_t p = 0; p < columns.size(); ++p) {
    const double length = std::sqrt(dot(columns[p], columns[p]));
    if (!(length > 0.0)) {
      if (slope[p] != 0.0) return std::numeric_limits<double>::infinity();
      continue;
    }
    for (double& x : columns[p]) x /= length;
    slope[p] /= length;
  }
  const double size = std::sqrt(dot(slope, slope));
  double squares = 0.0;
  while (!columns.empty()) {
    std::size_t longest = 0;
    for (std::size_t p = 1; p < columns.size(); ++p) {
      if (dot(columns[p], columns[p]) > dot(columns[longest], columns[longest])) longest = p;
    }
    const double length = std::sqrt(dot(columns[longest], columns[longest]));
    if (!(length > kUnseen)) break;
    const Column direction = std::move(columns[longest]);
    const double along = slope[longest] / length;
    columns.erase(columns.begin() + static_cast<std::ptrdiff_t>(longest));
    slope.erase(slope.begin() + static_cast<std::ptrdiff_t>(longest));
    squares += along * along;
    for (std::size_t p = 0; p < columns.size(); ++p) {
      const double share = dot(columns[p], direction) / length;
      for (std::size_t i = 0; i < direction.size(); ++i) {
        columns[p][i] -= share * direction[i] / length;
      }
      slope[p] -= share * along;
    }
  }
  for (const double left : slope) {
    if (std::abs(left) > kMoves * size) return std::numeric_limits<double>::infinity();
  }
  return std::sqrt(squares);
}

std::optional<Interval> fit_interval(const PlanProblem& problem, std::span<const SweepCell> cells,
                                     const PlanOptions& search, const ForecastOptions& options) {
  constexpr double kStep = 1e-4;  // on axes where coefficients are of order one
  const std::vector<double>& theta = problem.law.coefficients;
  Axes axes;
  for (const CoefficientInfo& c : facts_of(problem.law.law).coefficients) {
    axes.is_log.push_back(c.scale == Scale::kLog);
  }
  const std::size_t num = axes.is_log.size();
  if (cells.size() < num) return std::nullopt;
  const Planners planners(problem);
  const double log_target = std::log(options.target_flops);
  const Planner own = planners.own();
  const Optimum best = own.optimum(log_target, search);
  if (!best.usable()) return std::nullopt;
  std::vector<Column> columns;
  std::vector<double> slope;
  for (std::size_t p = 0; p < num; ++p) {
    const Planner up = planners.of(axes.moved(theta, p, kStep));
    const Planner down = planners.of(axes.moved(theta, p, -kStep));
    Column& column = columns.emplace_back();
    for (const SweepCell& cell : cells) {
      const double log_n = std::log(cell.model.n_law / own.n_law(1.0));
      const double log_d = std::log(cell.model.d_tokens), log_g = std::log(cell.model.granularity);
      column.push_back((up.log_loss(log_n, log_d, log_g) - down.log_loss(log_n, log_d, log_g)) /
                       (2.0 * kStep));
    }
    const Optimum above = up.optimum(log_target, search, &best);
    const Optimum below = down.optimum(log_target, search, &best);
    if (!above.usable() || !below.usable()) return std::nullopt;
    slope.push_back((above.log_n_active - below.log_n_active) / (2.0 * kStep));
  }
  const double centre = std::log(own.n_law(std::exp(best.log_n_active)));
  const double half = normal_quantile(0.975) * options.refit_noise *
                      scatter_of(std::move(columns), std::move(slope));
  return Interval{centre - half, centre + half};
}

}  // namespace

SweepForecast forecast_sweep(const PlanProblem& problem, std::span<const double> budgets,
                             std::span<const SweepCell> cells, const ForecastOptions& options) {
  SweepForecast out;
  const std::vector<GridsOfBudget> grids = grids_of(budgets, cells);
  const bool several = compares_granularities(grids);
  const double log_target = std::log(options.target_flops);
  PlanOptions search = problem.search;
  if (several) search.search = GranularitySearch::kContinuous;
  const Planner own = Planners(problem).own();
  const Optimum best = own.optimum(log_target, search);
  if (best.usable()) out.own_log_n = std::log(own.n_law(std::exp(best.log_n_active)));
  const SweepAnswer noiseless = read(grids, log_target, [](double loss) { return loss; });
  std::vector<SweepAnswer> simulated(options.simulations);
  parallel_for(options.simulations, options.num_threads, [&](std::size_t s) {
    stop_if_cancelled(options.cancelled);
    Random random(options.seed + 0x9e3779b97f4a7c15ULL * (s + 1));
    simulated[s] = read(grids, log_target, [&](double loss) {
      return loss * std::exp(options.noise * random.normal());
    });
  });
  out.n = gather(noiseless, simulated, SweepQuantity::kN);
  out.d = gather(noiseless, simulated, SweepQuantity::kD);
  if (several) out.g = gather(noiseless, simulated, SweepQuantity::kBy);
  out.num_unread = static_cast<std::size_t>(
      std::count_if(simulated.begin(), simulated.end(), [](const SweepAnswer& answer) {
        return !std::isfinite(answer[index_of(SweepQuantity::kN)]);
      }));
  if (options.resampled_simulations > 0 && std::isfinite(out.n.noiseless)) {
    out.printed_half_width = printed_half_width(budgets, cells, several, options);
  }
  if (!(problem.embedding_rows > 0.0)) {
    out.fit_log_n = fit_interval(problem, cells, search, options);
  }
  return out;
}

}  // namespace isoflop
