// study_starts: what is lost by abandoning starts, and is a certified fit the best?
//
// On simulated and on public runs, each fitted from the default starts,
//   (a) the default fit against the same starts all run to the end: same objective? what time?
//   (b) fits called certified against the best of many other starts from a wider box.
// Objectives further apart than 1e-6 (relative) are called different, as in FitReport. What it
// found: docs/explain/calibration.md. A program, not a test: 200 sets take many minutes.
#include <fmt/format.h>
#include <time.h>

#include <algorithm>
#include <CLI/CLI.hpp>
#include <cmath>
#include <exception>
#include <iostream>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "apps/studies/simulated_runs.hpp"
#include "isoflop/core/parallel.hpp"
#include "isoflop/core/select_rows.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/records.hpp"
#include "isoflop/laws/chinchilla.hpp"

namespace {

using namespace isoflop;

struct Setup {
  std::string grid = "data/published/krajewski2024_grid.csv";
  std::string law = "krajewski2024-e64";
  double sd = 0.005;
  std::size_t sets = 200, other_starts = 10'000;
  std::uint64_t seed = kDefaultSeed, other_seed = 1'000'003;
  double other_spread = 1.5;
  unsigned threads = 0;
  std::string epoch, olmoe;
};

struct DataSet {
  std::string group, law;
  RunTable runs;
};

// Processor time of the calling thread: other work on the machine does not count.
double thread_seconds() {
  timespec t{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

struct Outcome {
  FitReport report;
  double finished_objective, default_s, finished_s;
  double other_objective = std::numeric_limits<double>::quiet_NaN();  // certified fits only
};

Outcome study_set(const DataSet& set, const Setup& setup) {
  Outcome out;
  FitOptions options;
  options.profile = false;
  options.num_threads = 1;
  const double begin = thread_seconds();
  out.report = fit(set.law, set.runs, options);
  out.default_s = thread_seconds() - begin;
  options.finish_all_starts = true;
  out.finished_objective = fit(set.law, set.runs, options).objective;
  out.finished_s = thread_seconds() - begin - out.default_s;
  if (out.report.verdict != Verdict::kCertified) return out;
  options.finish_all_starts = false;
  options.num_starts = setup.other_starts;
  options.seed = setup.other_seed;
  options.start_spread = setup.other_spread;
  out.other_objective = fit(set.law, set.runs, options).objective;
  return out;
}

// Every second set is the whole grid and a law with granularity, the others the runs of one
// granularity, which follow a dense law exactly.
std::vector<DataSet> simulated_sets(const Setup& setup) {
  const RunTable truth = read_grid(setup.grid, find_law(setup.law));
  std::vector<DataSet> out;
  const auto noisy = simulate(truth, Noise::kNormal, setup.sd, setup.sets, setup.seed);
  constexpr std::array<double, 5> kGranularities{1, 2, 4, 8, 16};
  for (std::size_t s = 0; s < noisy.size(); ++s) {
    if (s % 2 == 0) {
      out.push_back({"grid", "fine-grained-moe", noisy[s]});
      continue;
    }
    std::vector<std::size_t> rows;
    const auto& g = truth.column(Variable::kG);
    for (std::size_t i = 0; i < g.size(); ++i) {
      if (g[i] == kGranularities[s / 2 % kGranularities.size()]) rows.push_back(i);
    }
    out.push_back({"one granularity", "chinchilla", select_rows(noisy[s], rows)});
  }
  return out;
}

std::vector<DataSet> public_sets(const Setup& setup) {
  std::vector<DataSet> out;
  if (!setup.epoch.empty()) {
    RecordOptions rows;
    rows.where.push_back(parse_condition("outlier=0"));
    out.push_back({"Epoch's 240", "chinchilla",
                   read_records(setup.epoch, rows, Chinchilla::kVariables).runs});
  }
  if (!setup.olmoe.empty()) {
    RecordOptions rows;
    rows.columns = {{"n", "n_active_noembed_nohead"},
                    {"d", "tokens"},
                    {"g", "granularity"},
                    {"loss", "train_ce"}};
    rows.where.push_back(parse_condition("expansion=12"));
    rows.best_of = {"model", "Cx", "num_experts", "top_k", "moe_hidden"};
    out.push_back({"OLMoE's 51", "fine-grained-moe",
                   read_records(setup.olmoe, rows, FineGrainedMoe::kVariables).runs});
  }
  return out;
}

// What is said of all sets of one kind.
struct Summary {
  std::size_t sets = 0, starts = 0, different = 0, certified = 0, beaten = 0;
  double worst_difference = 0.0, default_s = 0.0, finished_s = 0.0;
  double worst_excess = 0.0;  // of a certified objective over the best of the other starts

  void add(const Outcome& o) {
    constexpr double kSame = 1e-6;
    ++sets;
    starts = o.report.num_starts;
    const double difference = std::abs(o.report.objective / o.finished_objective - 1.0);
    different += !(difference <= kSame);
    worst_difference = std::max(worst_difference, difference);
    default_s += o.default_s;
    finished_s += o.finished_s;
    if (std::isnan(o.other_objective)) return;
    ++certified;
    const double excess = o.report.objective / o.other_objective - 1.0;
    beaten += excess > kSame;
    worst_excess = std::max(worst_excess, excess);
  }
};

int run(const Setup& setup) {
  auto sets = simulated_sets(setup);
  const auto given = public_sets(setup);
  sets.insert(sets.end(), given.begin(), given.end());
  std::vector<Outcome> outcomes(sets.size());
  parallel_for(sets.size(), setup.threads,
               [&](std::size_t i) { outcomes[i] = study_set(sets[i], setup); });

  std::vector<std::pair<std::string, Summary>> table;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    const std::string name = sets[i].group + ", " + sets[i].law;
    auto row =
        std::find_if(table.begin(), table.end(), [&](const auto& r) { return r.first == name; });
    if (row == table.end()) row = table.insert(table.end(), {name, {}});
    row->second.add(outcomes[i]);
  }
  fmt::print("{:<30} {:>5} {:>7} {:>10} {:>8} {:>9} {:>9}  {:>9} {:>7} {:>8}\n", "sets, law",
             "sets", "starts", "different", "worst", "default s", "all to end", "certified",
             "beaten", "worst");
  for (const auto& [name, s] : table) {
    const double count = static_cast<double>(s.sets);
    fmt::print("{:<30} {:>5} {:>7} {:>10} {:>8.1e} {:>9.3f} {:>10.3f}  {:>9} {:>7} {:>8.1e}\n",
               name, s.sets, s.starts, s.different, s.worst_difference, s.default_s / count,
               s.finished_s / count, s.certified, s.beaten, s.worst_excess);
  }
  fmt::print(
      "different: the default fit ends elsewhere than the same starts all run to the end; "
      "processor seconds per fit\n"
      "beaten: a certified objective is more than 1e-6 above the best of {} other starts "
      "(box {} times as wide)\n",
      setup.other_starts, setup.other_spread);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Setup setup;
  CLI::App app("Starts abandoned early, and certified fits, against many more starts",
               "study_starts");
  app.add_option("--grid", setup.grid, "d_model,n_blocks,steps,N,D,G")->capture_default_str();
  app.add_option("--law", setup.law, "the truth, a fine-grained-moe law")->capture_default_str();
  app.add_option("--sd", setup.sd, "of the noise of the log losses")->capture_default_str();
  app.add_option("--sets", setup.sets, "simulated ones")->capture_default_str();
  app.add_option("--seed", setup.seed, "of the noise")->capture_default_str();
  app.add_option("--other-starts", setup.other_starts)->capture_default_str();
  app.add_option("--other-seed", setup.other_seed)->capture_default_str();
  app.add_option("--other-spread", setup.other_spread, "of their box, relative to the law's")
      ->capture_default_str();
  app.add_option("--epoch", setup.epoch, "chinchilla_epoch245.csv");
  app.add_option("--olmoe", setup.olmoe, "olmoe_granularity_183.csv");
  app.add_option("--threads", setup.threads, "0: one per core")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    return run(setup);
  } catch (const std::exception& fault) {
    std::cerr << "study_starts: " << fault.what() << '\n';
    return 1;
  }
}
