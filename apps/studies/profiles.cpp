// study_profiles: do vertices that are corrected for the parabola hit the optimum, and how often do
// their intervals hold it? Sweeps of five budgets are simulated with noise, read by parabolas,
// fitted by Approach 3 and corrected, for grids from twice to sixteen times the optimum either way.
// What it found: docs/results.md.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cmath>
#include <exception>
#include <iostream>
#include <vector>

#include "apps/studies/simulated_sweeps.hpp"
#include "isoflop/core/parallel.hpp"
#include "isoflop/fit/bootstrap.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/sweep/parabola_shift.hpp"

namespace {

using namespace isoflop;

struct Setup {
  double noise = 0.003, target = 1e21;
  std::size_t sweeps = 200, resamples = 200, starts = 64;
  int sizes = 16;
  unsigned threads = 0;
};

// What one sweep gives: of each budget the error of the vertex and of the corrected one, and
// whether its interval holds the truth.
struct Reading {
  std::vector<double> measured, corrected;
  std::vector<bool> held;
  double error_at_target = 0.0;
  bool exponent_held = false, target_held = false;
  bool usable = false;
};

bool holds(const Interval& i, double x) { return i.low <= x && x <= i.high; }

Reading read(const SweepDesign& design, const Setup& setup, std::uint64_t seed) {
  Random random(seed);
  const SimulatedSweep sweep = simulate(design, setup.noise, &random);
  ProfilesOptions options;
  options.num_threads = 1;
  options.seed = seed;
  const ProfilesReport report = profiles_of(sweep.runs, sweep.budgets, options);
  FitOptions how;
  how.num_threads = 1;
  how.num_starts = setup.starts;
  how.profile = false;
  const RunTable table = sweep.table();
  const FitReport fitted = fit("chinchilla", table, how);
  Reading out;
  if (fitted.status == FitStatus::kFailed) return out;
  BootstrapOptions resampling;
  resampling.resamples = setup.resamples;
  const auto draws = bootstrap("chinchilla", table, how, fitted, resampling).draws.bootstrap;
  const ApproachComparison c = compare_approaches(report, fitted.coefficients, draws, 1);
  constexpr std::size_t kSize = index_of(SweepQuantity::kSize);
  for (std::size_t k = 0; k < design.budgets.size(); ++k) {
    const double truth = std::log(design.optimal_n(design.budgets[k]));
    out.measured.push_back(report.budgets[k].answer[kSize] - truth);
    out.corrected.push_back(c.corrected[k][kSize] - truth);
    out.held.push_back(holds(c.log_size[k], truth));
  }
  const double log_c = std::log(setup.target), truth = std::log(design.optimal_n(setup.target));
  out.error_at_target = c.corrected_laws[kSize].log_at(log_c) - truth;
  out.target_held = holds(log_interval_at(c.corrected_draws, SweepQuantity::kSize, log_c), truth);
  out.exponent_held = holds(exponent_interval(c.corrected_draws, SweepQuantity::kSize),
                            design.beta / (design.alpha + design.beta));
  out.usable = true;
  return out;
}

struct Sum {
  double count = 0.0, sum = 0.0, squares = 0.0;
  void add(double x) {
    if (std::isfinite(x)) count += 1.0, sum += x, squares += x * x;
  }
  double mean() const { return sum / count; }
  double sd() const { return std::sqrt(squares / count - mean() * mean()); }
};

void run(const Setup& setup) {
  fmt::print(
      "{} sweeps of 5 budgets and {} sizes, noise {} %, {} resamples of the runs, {} of the "
      "law\n",
      setup.sweeps, setup.sizes, 100.0 * setup.noise, ProfilesOptions{}.resamples, setup.resamples);
  fmt::print("{:>5}  {:>9}  {:>9}  {:>9}  {:>10}  {:>7}  {:>9}  {:>9}  {:>9}\n", "reach",
             "measured", "corrected", "sd", "mean / sd", "vertex", "exponent", "N* there",
             "vertices");
  for (const double reach : {2.0, 4.0, 8.0, 16.0}) {
    SweepDesign design;
    design.reach = reach;
    design.sizes = setup.sizes;
    std::vector<Reading> readings(setup.sweeps);
    parallel_for(setup.sweeps, setup.threads,
                 [&](std::size_t s) { readings[s] = read(design, setup, 1000 + s); });
    Sum measured, corrected, vertex, exponent, target;
    for (const Reading& r : readings) {
      if (!r.usable) continue;
      for (std::size_t k = 0; k < r.corrected.size(); ++k) {
        measured.add(r.measured[k]), corrected.add(r.corrected[k]);
        if (std::isfinite(r.corrected[k])) vertex.add(r.held[k] ? 1.0 : 0.0);
      }
      exponent.add(r.exponent_held ? 1.0 : 0.0), target.add(r.target_held ? 1.0 : 0.0);
    }
    fmt::print(
        "{:>5}  {:>+9.4f}  {:>+9.4f}  {:>9.4f}  {:>+10.3f}  {:>6.1f}%  {:>8.1f}%  {:>8.1f}%  "
        "{:>9}\n",
        reach, measured.mean(), corrected.mean(), corrected.sd(), corrected.mean() / corrected.sd(),
        100.0 * vertex.mean(), 100.0 * exponent.mean(), 100.0 * target.mean(), corrected.count);
  }
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App parser{"How well corrected vertices of isoFLOP profiles hit the optimum"};
  Setup setup;
  parser.add_option("--sweeps", setup.sweeps);
  parser.add_option("--sizes", setup.sizes, "at each budget");
  parser.add_option("--noise", setup.noise, "sd of ln L of a run");
  parser.add_option("--resamples", setup.resamples, "of the law");
  parser.add_option("--starts", setup.starts);
  parser.add_option("--threads", setup.threads, "0: one per core");
  CLI11_PARSE(parser, argc, argv);
  try {
    run(setup);
    return 0;
  } catch (const std::exception& fault) {
    std::cerr << "study_profiles: " << fault.what() << '\n';
    return 1;
  }
}
