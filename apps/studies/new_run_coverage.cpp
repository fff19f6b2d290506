// study_new_run_coverage: do the 95 % intervals of a new run hold it 95 times in 100, where it lies
// beyond the runs behind the law?
//
// Simulates data sets from a law, fits and calibrates each, and asks for runs at 3, 10 and 30 times
// the largest compute fitted: how many lie inside their interval, as it is and as the calibration
// widens it. Sets of every law that ships and gives a loss, fitted by the law behind them; sets of
// laws that are not the one fitted; and a file of public runs, whose largest are hidden. What it
// found: docs/results.md. A program, not a test: a hundred sets of every law take an hour.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <exception>
#include <functional>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "isoflop/core/parallel.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/core/run_compute.hpp"
#include "isoflop/core/select_rows.hpp"
#include "isoflop/fit/bootstrap.hpp"
#include "isoflop/fit/calibrate.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/io/records.hpp"
#include "isoflop/laws/law_facts.hpp"
#include "isoflop/laws/log_losses.hpp"
#include "isoflop/laws/new_run.hpp"

namespace {

using namespace isoflop;

struct Setup {
  std::size_t sets = 100, starts = 60, resamples = 200, new_runs = 5;
  double sd = 0.005;
  std::uint64_t seed = kDefaultSeed;
  unsigned threads = 0;
  std::vector<std::string> only;
  std::string file, law = "chinchilla";
  std::vector<std::string> columns, where, best_of;
};

/// Coefficients that a paper gives, or, for the one form of which none are known, made up.
struct Truth {
  std::string law, preset;
  std::vector<double> coefficients = {};
};
const std::array<Truth, 8> kTruths{{{"chinchilla", "hoffmann2022"},
                                    {"fine-grained-moe", "krajewski2024-e64"},
                                    {"joint-moe", "ludziejewski2025"},
                                    {"data-constrained", "muennighoff2023"},
                                    {"sparsity", "abnar2025"},
                                    {"routed", "clark2022-sbase"},
                                    {"kaplan", "kaplan2020"},
                                    {"over-training", "", {1.7, 220.0, 240.0, 0.15}}}};

/// One way of making data sets, and the law that is fitted to them.
struct Case {
  std::string name, fitted;
  std::vector<Variable> variables;
  std::function<std::vector<double>(const RunTable&)> log_losses;  // of the truth
};

std::vector<double> spaced(double low, double high, int count) {
  std::vector<double> out;
  for (int i = 0; i < count; ++i) out.push_back(low * std::pow(high / low, i / (count - 1.0)));
  return out;
}

/// What small experiments vary; a law in two variables has the finer grid.
std::vector<double> grid_values(Variable v, bool few_variables) {
  switch (v) {
    case Variable::kN:
      return few_variables ? spaced(1e8, 1e10, 7) : spaced(1e8, 1e10, 5);
    case Variable::kD:
      return few_variables ? spaced(2e9, 2.5e11, 6) : spaced(2e9, 2.5e11, 4);
    case Variable::kG:
      return {1.0, 4.0, 16.0};
    case Variable::kE:
      return few_variables ? spaced(1.0, 512.0, 7) : std::vector<double>{1.0, 4.0, 16.0, 64.0};
    case Variable::kU:
      return {1.3e9, 1.3e10, 1.3e11};
    case Variable::kS:
      return {0.0, 0.5, 0.75, 0.9, 0.98};
    case Variable::kA:
    case Variable::kC:
      break;
  }
  throw InvalidArgument("no grid for this variable");
}

RunTable grid_of(const Case& of) {
  RunTable runs;
  std::vector<std::vector<double>> values;
  std::size_t count = 1;
  for (const Variable v : of.variables) {
    values.push_back(grid_values(v, of.variables.size() == 2));
    count *= values.back().size();
  }
  for (std::size_t i = 0; i < count; ++i) {
    std::size_t rest = i;
    for (std::size_t v = values.size(); v-- > 0; rest /= values[v].size()) {
      runs.column(of.variables[v]).push_back(values[v][rest % values[v].size()]);
    }
  }
  runs.loss.assign(count, 1.0);
  return runs;
}

/// Runs at so many times the largest compute of the grid: N and D grow alike but for a factor of up
/// to 3 between them, what else there is takes values of the grid.
RunTable beyond(const Case& of, const RunTable& grid, double factor, std::size_t count,
                Random& random) {
  RunTable runs;
  const auto top = [&](Variable v) {
    const auto& column = grid.column(v);
    return *std::max_element(column.begin(), column.end());
  };
  const bool has_d = !grid.column(Variable::kD).empty();
  for (std::size_t i = 0; i < count; ++i) {
    const double tilt = has_d ? std::exp(random.uniform(-1.0, 1.0) * std::log(3.0)) : 1.0;
    for (const Variable v : of.variables) {
      double x = 0.0;
      if (v == Variable::kN) {
        x = top(v) * (has_d ? std::sqrt(factor) * tilt : factor);
      } else if (v == Variable::kD) {
        x = top(v) * std::sqrt(factor) / tilt;
      } else {
        const std::vector<double> values = grid_values(v, of.variables.size() == 2);
        x = values[random.below(values.size())];
      }
      runs.column(v).push_back(x);
    }
  }
  runs.loss.assign(count, 1.0);
  return runs;
}

void add_losses(const Case& of, double sd, Random& random, RunTable& runs) {
  const std::vector<double> logs = of.log_losses(runs);
  for (std::size_t i = 0; i < logs.size(); ++i) {
    runs.loss[i] = std::exp(logs[i] + sd * random.normal());
  }
}

DrawCoefficients resampling(std::size_t resamples) {
  return [resamples](const AnyLaw& law, const RunTable& runs, const FitOptions& options,
                     const FitReport& fit) {
    return bootstrap(law, runs, options, fit,
                     {.resamples = resamples, .seed = options.seed, .jackknife = false})
        .draws;
  };
}

/// A fit as `isoflop fit --calibrate` leaves it; nothing where it failed.
struct Calibrated {
  LawRecord law;
  bool allowed = false;  // by the number of runs
};
std::optional<Calibrated> fit_and_calibrate(const std::string& name, const RunTable& runs,
                                            const Setup& setup) {
  BacktestOptions how;
  how.fit.num_starts = setup.starts;
  how.fit.profile = false;
  how.fit.num_threads = 1;
  how.draw = resampling(setup.resamples);
  Calibrated out;
  out.law.law = name;
  const FitReport report = fit(out.law.law, runs, how.fit);
  if (report.status == FitStatus::kFailed) return std::nullopt;
  out.law.coefficients = report.coefficients;
  out.law.draws = how.draw(out.law.law, runs, how.fit, report);
  out.law.scatter = scatter_of(out.law.law, report.coefficients, runs, report.num_free);
  CalibrationReport calibration = calibrate_new_runs(out.law.law, runs, how);
  out.allowed = calibration.usable();
  if (out.allowed) out.law.calibration = std::move(calibration.calibration);
  return out;
}

struct Count {
  double asked = 0.0, before = 0.0, after = 0.0, log_widening = 0.0;

  void add(const Count& other) {
    asked += other.asked;
    before += other.before;
    after += other.after;
    log_widening += other.log_widening;
  }
};

/// Of runs that are known, by one law; `factor` is the calibration's where it was allowed.
Count count_of(const Calibrated& of, const RunTable& runs, std::size_t row) {
  std::array<double, kNumVariables> values{};
  for (std::size_t v = 0; v < kNumVariables; ++v) {
    if (!runs.columns[v].empty()) values[v] = runs.columns[v][row];
  }
  const RunTable one = select_rows(runs, std::vector<std::size_t>{row});
  std::vector<double> drawn;
  for (const auto& draw : of.law.draws.bootstrap) {
    drawn.push_back(log_losses(of.law.law, draw, one)[0]);
  }
  const double own = log_losses(of.law.law, of.law.coefficients, one)[0];
  LawRecord plain = of.law;
  plain.calibration.reset();
  plain.draws = {};
  const Interval narrow = new_run_loss(plain, own, drawn, values).interval.range;
  plain.calibration = of.law.calibration;
  const NewRunLoss wide = new_run_loss(plain, own, drawn, values);
  const auto holds = [&](const Interval& i) {
    return runs.loss[row] >= i.low && runs.loss[row] <= i.high ? 1.0 : 0.0;
  };
  return {1.0, holds(narrow), holds(wide.interval.range), std::log(wide.factor.value_or(1.0))};
}

constexpr std::array<double, 3> kFactors{3.0, 10.0, 30.0};

void study_case(const Case& of, const Setup& setup) {
  struct Result {
    bool usable = false, allowed = false;
    std::array<Count, kFactors.size()> counts;
  };
  std::vector<Result> results(setup.sets);
  const RunTable grid = grid_of(of);
  parallel_for(setup.sets, setup.threads, [&](std::size_t s) {
    Random random(setup.seed + 1000003 * s);
    RunTable runs = grid;
    add_losses(of, setup.sd, random, runs);
    const auto calibrated = fit_and_calibrate(of.fitted, runs, setup);
    if (!calibrated) return;
    results[s].usable = true;
    results[s].allowed = calibrated->allowed;
    for (std::size_t f = 0; f < kFactors.size(); ++f) {
      RunTable asked = beyond(of, grid, kFactors[f], setup.new_runs, random);
      add_losses(of, setup.sd, random, asked);
      for (std::size_t i = 0; i < setup.new_runs; ++i) {
        results[s].counts[f].add(count_of(*calibrated, asked, i));
      }
    }
  });
  std::size_t usable = 0, allowed = 0;
  std::array<Count, kFactors.size()> all;
  for (const Result& r : results) {
    usable += r.usable;
    allowed += r.allowed;
    for (std::size_t f = 0; f < kFactors.size(); ++f) all[f].add(r.counts[f]);
  }
  std::string line =
      fmt::format("{:<34} {:>4} {:>4} {:>4}", of.name, grid.num_runs(), usable, allowed);
  for (const Count& c : all) {
    line += fmt::format("   {:>5.1f} {:>5.1f} {:>5.2f}", 100.0 * c.before / c.asked,
                        100.0 * c.after / c.asked, std::exp(c.log_widening / c.asked));
  }
  fmt::print("{}\n", line);
  std::fflush(stdout);
}

Case case_of(const Truth& truth) {
  Case out;
  out.name = out.fitted = truth.law;
  const LawFacts facts = facts_of(AnyLaw(truth.law));
  out.variables.assign(facts.variables.begin(), facts.variables.end());
  const std::vector<double> coefficients =
      truth.preset.empty() ? truth.coefficients : find_law(truth.preset).coefficients;
  const AnyLaw law = truth.law;
  out.log_losses = [law, coefficients](const RunTable& runs) {
    return log_losses(law, coefficients, runs);
  };
  return out;
}

const Truth& truth_named(const std::string& law) {
  return *std::find_if(kTruths.begin(), kTruths.end(),
                       [&](const Truth& t) { return t.law == law; });
}

std::vector<Case> broken_cases() {
  std::vector<Case> out;
  Case kaplan = case_of(truth_named("kaplan"));
  kaplan.name = "kaplan, fitted by chinchilla";
  kaplan.fitted = "chinchilla";
  out.push_back(kaplan);
  Case chinchilla = case_of(truth_named("chinchilla"));
  chinchilla.name = "chinchilla, fitted by kaplan";
  chinchilla.fitted = "kaplan";
  out.push_back(chinchilla);
  // Beyond the middle of the grid every decade of compute costs a further 1 % of loss.
  Case bent = case_of(truth_named("chinchilla"));
  bent.name = "chinchilla with a bend";
  const auto straight = bent.log_losses;
  bent.log_losses = [straight](const RunTable& runs) {
    std::vector<double> logs = straight(runs);
    const std::vector<double> compute = compute_of(ComputeMeasure::kSixNd, runs);
    for (std::size_t i = 0; i < logs.size(); ++i) {
      logs[i] += 0.01 * std::max(0.0, std::log10(compute[i] / 1.3e20));
    }
    return logs;
  };
  out.push_back(bent);
  Case blind = case_of(truth_named("fine-grained-moe"));
  blind.name = "fine-grained-moe without G";
  blind.fitted = "chinchilla";
  out.push_back(blind);
  return out;
}

/// The largest runs of a file, beyond one compute after another, asked of a law that was fitted to
/// and calibrated on the rest.
void study_file(const Setup& setup) {
  RecordOptions how;
  for (const std::string& pair : setup.columns) {
    how.columns[pair.substr(0, pair.find('='))] = pair.substr(pair.find('=') + 1);
  }
  for (const std::string& text : setup.where) how.where.push_back(parse_condition(text));
  how.best_of = setup.best_of;
  const LawFacts facts = facts_of(AnyLaw(setup.law));
  const RunTable runs = read_records(setup.file, how, facts.variables).runs;
  const std::vector<double> compute = compute_of(compute_measure(runs), runs);
  fmt::print("{}, {} runs, {}\n{:>8} {:>6} {:>6} {:<12} {:>6} {:>7} {:>7} {:>8}\n", setup.file,
             runs.num_runs(), setup.law, "hidden", "fitted", "", "distance", "runs", "before",
             "after", "widened");
  constexpr std::array<double, 4> kEdges{1.0, 3.0, 10.0, 1e9};
  for (const double share : {0.1, 0.2, 0.3, 0.4, 0.5}) {
    HoldOutRule rule;
    rule.share = share;
    const Split split = split_runs(runs, rule);
    const RunTable left = select_rows(runs, split.fitted);
    const auto calibrated = fit_and_calibrate(setup.law, left, setup);
    if (!calibrated) continue;
    double largest = 0.0;
    for (const std::size_t row : split.fitted) largest = std::max(largest, compute[row]);
    std::array<Count, 3> counts;
    for (const std::size_t row : split.held_out) {
      const double distance = compute[row] / largest;
      const std::size_t bin = distance < kEdges[1] ? 0 : distance < kEdges[2] ? 1 : 2;
      counts[bin].add(count_of(*calibrated, runs, row));
    }
    for (std::size_t b = 0; b < counts.size(); ++b) {
      const Count& c = counts[b];
      if (c.asked == 0.0) continue;
      fmt::print("{:>7.0f}% {:>6} {:>6} {:<12} {:>6} {:>6.0f}% {:>6.0f}% {:>8.2f}\n", 100.0 * share,
                 split.fitted.size(), calibrated->allowed ? "" : "none",
                 b == 2 ? "10 and more" : fmt::format("{} to {}", kEdges[b], kEdges[b + 1]),
                 c.asked, 100.0 * c.before / c.asked, 100.0 * c.after / c.asked,
                 std::exp(c.log_widening / c.asked));
      std::fflush(stdout);
    }
  }
}

int run(const Setup& setup) {
  if (!setup.file.empty()) {
    study_file(setup);
    return 0;
  }
  fmt::print("{:<34} {:>4} {:>4} {:>4}", "law", "runs", "sets", "cal.");
  for (const double f : kFactors) fmt::print("   {:>2} times: as is, widened, by", f);
  fmt::print("\n");
  std::vector<Case> cases;
  for (const Truth& truth : kTruths) cases.push_back(case_of(truth));
  for (Case& broken : broken_cases()) cases.push_back(std::move(broken));
  for (const Case& of : cases) {
    const bool asked = setup.only.empty() ||
                       std::find(setup.only.begin(), setup.only.end(), of.name) != setup.only.end();
    if (asked) study_case(of, setup);
  }
  fmt::print("in per cent of {} new runs a set; noise {} in ln L; {} starts, {} resamples\n",
             setup.new_runs, setup.sd, setup.starts, setup.resamples);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Setup setup;
  CLI::App app("Coverage of the 95 % intervals of a new run beyond the runs behind a law",
               "study_new_run_coverage");
  app.add_option("--sets", setup.sets, "of each law")->capture_default_str();
  app.add_option("--only", setup.only, "names of laws, as the table shows them");
  app.add_option("--sd", setup.sd, "of the noise of ln L")->capture_default_str();
  app.add_option("--starts", setup.starts, "per fit")->capture_default_str();
  app.add_option("--resamples", setup.resamples, "per fit")->capture_default_str();
  app.add_option("--new-runs", setup.new_runs, "per set and distance")->capture_default_str();
  app.add_option("--seed", setup.seed)->capture_default_str();
  app.add_option("--threads", setup.threads, "0: one per core")->capture_default_str();
  app.add_option("--file", setup.file, "public runs in place of simulated ones");
  app.add_option("--law", setup.law, "that is fitted to the file")->capture_default_str();
  app.add_option("--column", setup.columns, "K=COL of the file");
  app.add_option("--where", setup.where, "rows of the file");
  app.add_option("--best-of", setup.best_of, "columns of the file");
  CLI11_PARSE(app, argc, argv);
  try {
    return run(setup);
  } catch (const std::exception& fault) {
    std::cerr << "study_new_run_coverage: " << fault.what() << '\n';
    return 1;
  }
}
