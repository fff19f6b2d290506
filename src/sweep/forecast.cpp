#include "isoflop/sweep/forecast.hpp"

#include <algorithm>
#include <cmath>
#include <Eigen/Dense>
#include <map>

#include "isoflop/core/normal_quantile.hpp"
#include "isoflop/core/parallel.hpp"
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

std::optional<Interval> fit_interval(const PlanProblem& problem, std::span<const SweepCell> cells,
                                     const PlanOptions& search, const ForecastOptions& options) {
  constexpr double kStep = 1e-4;  // on axes where coefficients are of order one
  const std::vector<double>& theta = problem.law.coefficients;
  const auto num = static_cast<Eigen::Index>(theta.size());
  const auto rows = static_cast<Eigen::Index>(cells.size());
  if (rows < num) return std::nullopt;
  Axes axes;
  for (const CoefficientInfo& c : facts_of(problem.law.law).coefficients) {
    axes.is_log.push_back(c.scale == Scale::kLog);
  }
  const Planners planners(problem);
  const double log_target = std::log(options.target_flops);
  const Planner own = planners.own();
  Eigen::MatrixXd jacobian(rows, num);
  Eigen::VectorXd slope(num);
  for (Eigen::Index p = 0; p < num; ++p) {
    const auto at = static_cast<std::size_t>(p);
    const Planner up = planners.of(axes.moved(theta, at, kStep));
    const Planner down = planners.of(axes.moved(theta, at, -kStep));
    for (Eigen::Index i = 0; i < rows; ++i) {
      const RealShape& model = cells[static_cast<std::size_t>(i)].model;
      const double log_n = std::log(model.n_law / own.n_law(1.0));
      const double log_d = std::log(model.d_tokens), log_g = std::log(model.granularity);
      jacobian(i, p) =
          (up.log_loss(log_n, log_d, log_g) - down.log_loss(log_n, log_d, log_g)) / (2.0 * kStep);
    }
    const Optimum above = up.optimum(log_target, search), below = down.optimum(log_target, search);
    if (!above.usable() || !below.usable()) return std::nullopt;
    slope(p) = (above.log_n_active - below.log_n_active) / (2.0 * kStep);
  }
  // Columns of one length, so that what decides is how alike they are.
  const Eigen::VectorXd length = jacobian.colwise().norm();
  const Optimum best = own.optimum(log_target, search);
  if (!(length.minCoeff() > 0.0) || !best.usable()) return std::nullopt;
  jacobian *= length.cwiseInverse().asDiagonal();
  slope = slope.cwiseQuotient(length);
  const Eigen::JacobiSVD<Eigen::MatrixXd> svd(jacobian, Eigen::ComputeThinV);
  const double centre = std::log(own.n_law(std::exp(best.log_n_active)));
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  // Of directions that the cells do not see, finite differences leave this much. They do no harm
  // where the optimum does not see them either: one G alone tells two terms of a law not apart.
  constexpr double kUnseen = 1e-7, kMoves = 1e-4;
  const Eigen::VectorXd& strength = svd.singularValues();
  const Eigen::VectorXd along = svd.matrixV().transpose() * slope;
  double squares = 0.0;
  for (Eigen::Index k = 0; k < num; ++k) {
    if (strength(k) > kUnseen * strength(0)) {
      squares += std::pow(along(k) / strength(k), 2);
    } else if (std::abs(along(k)) > kMoves * slope.norm()) {
      return Interval{-kInfinity, kInfinity};
    }
  }
  const double half = normal_quantile(0.975) * options.refit_noise * std::sqrt(squares);
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
