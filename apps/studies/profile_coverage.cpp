// study_profile_coverage: do the 95 % profile intervals of a fit hold the truth 95 times in 100,
// also where hardly more runs than coefficients were made?
//
// Simulates data sets on a square of sizes and tokens (chinchilla) or on a published grid
// (fine-grained-moe), fits each, and counts how often the profile interval of each coefficient
// holds the truth. What it found: docs/explain/calibration.md. A program, not a test: a table takes
// minutes.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <exception>
#include <iostream>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "apps/studies/simulated_runs.hpp"
#include "isoflop/core/parallel.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/laws/chinchilla.hpp"

namespace {

using namespace isoflop;

struct Setup {
  std::string grid = "data/published/krajewski2024_grid.csv";
  std::size_t side = 0;  // runs are side x side; 0: the grid
  double low_n = 1e8, high_n = 3.2e9, low_ratio = 10.0, high_ratio = 80.0;
  double sd = 0.005, delta = FitOptions{}.huber_delta;
  Noise noise = Noise::kNormal;
  std::size_t sets = 200, starts = 100;
  std::uint64_t seed = kDefaultSeed;
  unsigned threads = 0;
};

// Sizes and tokens spread evenly in the logarithm; every size is trained on all counts of tokens.
RunTable square(const LawRecord& law, const Setup& setup) {
  RunTable runs;
  auto between = [&](double low, double high, std::size_t i) {
    return low * std::pow(high / low, static_cast<double>(i) / static_cast<double>(setup.side - 1));
  };
  const double middle = std::sqrt(setup.low_n * setup.high_n);
  for (std::size_t i = 0; i < setup.side; ++i) {
    for (std::size_t j = 0; j < setup.side; ++j) {
      const double n = between(setup.low_n, setup.high_n, i);
      const double d = middle * between(setup.low_ratio, setup.high_ratio, j);
      runs.column(Variable::kN).push_back(n);
      runs.column(Variable::kD).push_back(d);
      runs.loss.push_back(loss(Chinchilla{}, law.coefficients, std::array{n, d}));
    }
  }
  return runs;
}

struct Counts {
  std::size_t inside = 0, below = 0, above = 0, weak = 0;
  std::vector<double> widths;
};

int run(const Setup& setup) {
  const LawRecord law = find_law(setup.side > 0 ? "hoffmann2022" : "krajewski2024-e64");
  const RunTable truth = setup.side > 0 ? square(law, setup) : read_grid(setup.grid, law);
  const auto sets = simulate(truth, setup.noise, setup.sd, setup.sets, setup.seed);
  std::vector<FitReport> reports(sets.size());
  parallel_for(sets.size(), setup.threads, [&](std::size_t i) {
    FitOptions options;
    options.num_starts = setup.starts;
    options.huber_delta = setup.delta;
    options.num_threads = 1;
    reports[i] = fit(law.law, sets[i], options);
  });
  std::vector<Counts> counts(law.coefficients.size());
  for (const FitReport& report : reports) {
    for (std::size_t p = 0; p < report.profile.size(); ++p) {
      const ProfileInterval& interval = report.profile[p];
      const double value = law.coefficients[p];
      counts[p].below += value < interval.low;
      counts[p].above += value > interval.high;
      counts[p].inside += value >= interval.low && value <= interval.high;
      counts[p].weak += interval.weak;
      counts[p].widths.push_back((interval.high - interval.low) / value);
    }
  }
  const double share = 100.0 / static_cast<double>(sets.size());
  fmt::print("{:<12} {:>8} {:>7} {:>6} {:>6} {:>6} {:>13}\n", "coefficient", "truth", "inside",
             "below", "above", "weak", "median width");
  for (std::size_t p = 0; p < counts.size(); ++p) {
    Counts& c = counts[p];
    std::sort(c.widths.begin(), c.widths.end());
    fmt::print("{:<12} {:>8.4g} {:>7.1f} {:>6.1f} {:>6.1f} {:>6.1f} {:>12.3g}x\n",
               reports.front().profile.at(p).coefficient, law.coefficients[p],
               share * static_cast<double>(c.inside), share * static_cast<double>(c.below),
               share * static_cast<double>(c.above), share * static_cast<double>(c.weak),
               c.widths[c.widths.size() / 2]);
  }
  fmt::print("{} sets of {} runs, sd {:g}, delta {:g}; in per cent of the sets\n", sets.size(),
             truth.num_runs(), setup.sd, setup.delta);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Setup setup;
  CLI::App app("Coverage of the 95 % profile intervals on simulated data sets",
               "study_profile_coverage");
  const std::map<std::string, Noise> kinds{
      {"normal", Noise::kNormal}, {"student", Noise::kStudent}, {"outliers", Noise::kOutliers}};
  app.add_option("--side", setup.side, "sizes, and tokens, of a square; 0: the published grid")
      ->capture_default_str()
      ->check(CLI::Range(0, 100));
  app.add_option("--grid", setup.grid, "d_model,n_blocks,steps,N,D,G")->capture_default_str();
  app.add_option("--low-n", setup.low_n)->capture_default_str();
  app.add_option("--high-n", setup.high_n)->capture_default_str();
  app.add_option("--low-ratio", setup.low_ratio, "tokens over the middle size")
      ->capture_default_str();
  app.add_option("--high-ratio", setup.high_ratio)->capture_default_str();
  app.add_option("--noise", setup.noise, "normal, student or outliers, as in study_calibration")
      ->transform(CLI::CheckedTransformer(kinds));
  app.add_option("--sd", setup.sd, "of the noise")->capture_default_str();
  app.add_option("--huber-delta", setup.delta)->capture_default_str();
  app.add_option("--sets", setup.sets)->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--starts", setup.starts, "per fit")->capture_default_str();
  app.add_option("--seed", setup.seed, "of the noise")->capture_default_str();
  app.add_option("--threads", setup.threads, "0: one per core")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    return run(setup);
  } catch (const std::exception& fault) {
    std::cerr << "study_profile_coverage: " << fault.what() << '\n';
    return 1;
  }
}
