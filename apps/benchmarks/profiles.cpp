// bench_profiles: how long the parabolas of a large sweep take, power laws and resamples included.
// A program, not a test: figures go into docs/results.md with machine and date.
#include "isoflop/sweep/profiles.hpp"

#include <fmt/format.h>

#include <chrono>
#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>

#include "apps/studies/simulated_sweeps.hpp"

namespace {

using namespace isoflop;

struct Arguments {
  int runs = 100'000, budgets = 10, repeats = 3;
  std::size_t resamples = 1000;
  unsigned threads = 0;
};

void run(const Arguments& arguments) {
  SweepDesign design;
  design.budgets.clear();
  for (int k = 0; k < arguments.budgets; ++k) {
    design.budgets.push_back(1e18 * std::pow(10.0, 3.0 * k / std::max(1, arguments.budgets - 1)));
  }
  design.sizes = arguments.runs / arguments.budgets;
  Random random(1);
  const SimulatedSweep sweep = simulate(design, 0.003, &random);
  ProfilesOptions options;
  options.resamples = arguments.resamples;
  options.num_threads = arguments.threads;
  double fastest = 1e300;
  ProfilesReport report;
  for (int r = 0; r < arguments.repeats; ++r) {
    const auto start = std::chrono::steady_clock::now();
    report = profiles_of(sweep.runs, sweep.budgets, options);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    fastest = std::min(fastest, took.count());
  }
  const Interval i = exponent_interval(report.draws, SweepQuantity::kN);
  fmt::print(
      "{} runs in {} budgets, {} resamples: {:.3g} s (fastest of {}); N* ~ C^{:.5f} "
      "({:.5f} to {:.5f})\n",
      sweep.runs.num_runs(), arguments.budgets, report.draws.size(), fastest, arguments.repeats,
      report.laws[index_of(SweepQuantity::kN)].exponent, i.low, i.high);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App parser{"Times isoFLOP profiles of a large sweep"};
  Arguments arguments;
  parser.add_option("--runs", arguments.runs)->check(CLI::PositiveNumber);
  parser.add_option("--budgets", arguments.budgets)->check(CLI::PositiveNumber);
  parser.add_option("--resamples", arguments.resamples);
  parser.add_option("--repeats", arguments.repeats, "the fastest counts")
      ->check(CLI::PositiveNumber);
  parser.add_option("--threads", arguments.threads, "0: one per core");
  CLI11_PARSE(parser, argc, argv);
  try {
    run(arguments);
    return 0;
  } catch (const std::exception& fault) {
    std::cerr << "bench_profiles: " << fault.what() << '\n';
    return 1;
  }
}
