// study_sweep_forecast: does a sweep leave the interval that isoflop sweep foretells? Sweeps of
// shipped laws are designed; their cells are then trained in simulation, with other random numbers
// than the forecast's, and read as isoflop profiles and isoflop fit read them. Compared are the 95
// % spread of what is read and the median width of the intervals that are printed, both for ln N*
// at the target. What it found: docs/results.md.
#include <fmt/format.h>

#include <algorithm>
#include <CLI/CLI.hpp>
#include <cmath>
#include <exception>
#include <iostream>
#include <string>
#include <vector>

#include "isoflop/api/sweep.hpp"
#include "isoflop/core/interval.hpp"
#include "isoflop/core/parallel.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/plan/planner.hpp"
#include "isoflop/sweep/profiles.hpp"

namespace {

using namespace isoflop;

struct Setup {
  double noise = 0.3;
  std::size_t sweeps = 200, resamples = 1000, starts = 40;
  bool fits = true;
  unsigned threads = 0;
};

struct Design {
  std::string name;
  api::SweepRequest request;
};

api::SweepRequest base(const std::string& law, std::vector<double> budgets, double noise) {
  api::SweepRequest out;
  out.planner.law.law = law;
  out.budget.flops = std::move(budgets);
  out.noise = noise;
  return out;
}

std::vector<Design> designs(const Setup& setup) {
  const std::vector<double> four{1e18, 3e18, 1e19, 3e19}, five{1e18, 3e18, 1e19, 3e19, 1e20};
  std::vector<Design> out;
  auto add = [&](std::string name, api::SweepRequest request) -> api::SweepRequest& {
    out.push_back({std::move(name), std::move(request)});
    return out.back().request;
  };
  add("hoffmann2022, 5 budgets, 7 sizes, 4 octaves", base("hoffmann2022", five, setup.noise));
  add("besiroglu2024, 4 budgets, 9 sizes, 5 octaves", base("besiroglu2024", four, setup.noise));
  out.back().request.cells = 9, out.back().request.octaves = 5.0;
  for (const auto& [cells, octaves] : {std::pair{7, 4.0}, {7, 6.0}, {13, 4.0}, {5, 6.0}}) {
    api::SweepRequest& moe = add(
        fmt::format("krajewski2024-e64 at G = 8, 4 budgets, {} sizes, {} octaves", cells, octaves),
        base("krajewski2024-e64", four, setup.noise));
    moe.planner.accounting.granularity = 8.0;
    moe.cells = static_cast<std::uint64_t>(cells), moe.octaves = octaves;
  }
  api::SweepRequest& all = add("krajewski2024-e64, G of 2 4 8 16, 9 sizes, 6 octaves",
                               base("krajewski2024-e64", four, setup.noise));
  all.granularities = {2.0, 4.0, 8.0, 16.0};
  all.cells = 9, all.octaves = 6.0;
  return out;
}

struct Reading {
  double log_n = std::numeric_limits<double>::quiet_NaN();
  Interval printed{std::numeric_limits<double>::quiet_NaN(),
                   std::numeric_limits<double>::quiet_NaN()};
  double log_n_fit = std::numeric_limits<double>::quiet_NaN();
};

Reading read(const api::SweepOutcome& sweep, const Setup& setup, std::uint64_t seed) {
  Random random(seed);
  SweepRuns runs;
  RunTable table;
  const bool several = sweep.grid.granularities.size() > 1;
  std::vector<Budget> budgets(sweep.grid.budgets.size());
  for (std::size_t b = 0; b < budgets.size(); ++b) budgets[b].flops = sweep.grid.budgets[b];
  for (const api::SweepRun& run : sweep.runs) {
    const RealShape& m = run.cell.model;
    budgets[run.cell.budget].runs.push_back(runs.num_runs());
    runs.size.push_back(m.n_law), runs.n.push_back(m.n_law), runs.d.push_back(m.d_tokens);
    if (several) runs.by.push_back(m.granularity);
    runs.loss.push_back(m.loss * std::exp(*sweep.noise * random.normal()));
    table.column(Variable::kG).push_back(m.granularity);
  }
  ProfilesOptions options;
  options.resamples = setup.resamples;
  options.num_threads = 1;
  options.seed = seed;
  const ProfilesReport report = profiles_of(runs, budgets, options);
  const double log_c = std::log(sweep.target_flops);
  Reading out;
  out.log_n = report.laws[index_of(SweepQuantity::kN)].log_at(log_c);
  out.printed = log_interval_at(report.draws, SweepQuantity::kN, log_c);
  if (!setup.fits || (has_granularity(sweep.problem.law) && !several)) return out;
  table.column(Variable::kN) = runs.n, table.column(Variable::kD) = runs.d;
  table.loss = runs.loss;
  FitOptions how;
  how.num_threads = 1;
  how.num_starts = setup.starts;
  how.profile = false;
  const FitReport fitted = fit(sweep.problem.law.law, table, how);
  if (fitted.status == FitStatus::kFailed) return out;
  PlanProblem problem = sweep.problem;
  problem.law.coefficients = fitted.coefficients;
  PlanOptions search = problem.search;
  if (several) search.search = GranularitySearch::kContinuous;
  const Planner planner = Planners(problem).own();
  const Optimum best = planner.optimum(log_c, search);
  if (best.usable()) out.log_n_fit = std::log(planner.n_law(std::exp(best.log_n_active)));
  return out;
}

double spread_of(std::vector<double> values) {
  values.erase(
      std::remove_if(values.begin(), values.end(), [](double x) { return !std::isfinite(x); }),
      values.end());
  if (values.size() < 40) return std::numeric_limits<double>::quiet_NaN();
  const Interval i = percentile_interval(values, 0.95);
  return 0.5 * (i.high - i.low);
}

double median(std::vector<double> values) {
  values.erase(
      std::remove_if(values.begin(), values.end(), [](double x) { return !std::isfinite(x); }),
      values.end());
  if (values.empty()) return std::numeric_limits<double>::quiet_NaN();
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

void run(const Setup& setup) {
  fmt::print("{} simulated sweeps each, noise {} %; half widths of 95 % of ln N* at the target\n",
             setup.sweeps, setup.noise);
  fmt::print("{:<58}  {:>17}  {:>17}  {:>7}  {:>17}\n", "", "spread", "printed", "",
             "spread by fit");
  fmt::print("{:<58}  {:>8}  {:>7}  {:>8}  {:>7}  {:>7}  {:>8}  {:>7}\n", "design", "foretold",
             "found", "foretold", "found", "covered", "foretold", "found");
  for (const Design& design : designs(setup)) {
    const api::SweepOutcome sweep = api::sweep(design.request);
    std::vector<Reading> readings(setup.sweeps);
    parallel_for(setup.sweeps, setup.threads,
                 [&](std::size_t s) { readings[s] = read(sweep, setup, 5000 + s); });
    std::vector<double> found, printed, fitted;
    std::size_t covered = 0;
    const double truth = sweep.forecast->n.noiseless;
    for (const Reading& r : readings) {
      found.push_back(r.log_n);
      printed.push_back(0.5 * (r.printed.high - r.printed.low));
      fitted.push_back(r.log_n_fit);
      covered += r.printed.low <= truth && truth <= r.printed.high ? 1 : 0;
    }
    const auto& by_fit = sweep.forecast->fit_log_n;
    fmt::print(
        "{:<58}  {:>8.4f}  {:>7.4f}  {:>8.4f}  {:>7.4f}  {:>6.1f}%  {:>8.4f}  {:>7.4f}\n",
        design.name, sweep.forecast->n.half_width(), spread_of(found),
        sweep.forecast->printed_half_width, median(printed),
        100.0 * static_cast<double>(covered) / static_cast<double>(setup.sweeps),
        by_fit ? 0.5 * (by_fit->high - by_fit->low) : std::numeric_limits<double>::quiet_NaN(),
        spread_of(fitted));
    std::fflush(stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App parser{"Whether sweeps leave the interval that is foretold of them"};
  Setup setup;
  parser.add_option("--sweeps", setup.sweeps);
  parser.add_option("--noise", setup.noise, "sd of the loss of a run, in per cent");
  parser.add_option("--resamples", setup.resamples);
  parser.add_option("--starts", setup.starts, "of fits");
  parser.add_option("--fits", setup.fits, "fit the law too");
  parser.add_option("--threads", setup.threads, "0: one per core");
  CLI11_PARSE(parser, argc, argv);
  try {
    run(setup);
    return 0;
  } catch (const std::exception& fault) {
    std::cerr << "study_sweep_forecast: " << fault.what() << '\n';
    return 1;
  }
}
