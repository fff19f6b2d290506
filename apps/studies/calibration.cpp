// study_calibration: do the 95 % intervals of a fit hold the truth 95 times in 100?
//
// Simulates data sets on a published grid from a published law, fits each, resamples it, and counts
// how often the intervals of the coefficients and of two plans hold what the law says. What it
// found: docs/explain/calibration.md. A program, not a test: 500 sets take minutes.
#include <fmt/format.h>

#include <algorithm>
#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <exception>
#include <iostream>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "apps/studies/simulated_runs.hpp"
#include "isoflop/core/parallel.hpp"
#include "isoflop/fit/bootstrap.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/plan/planner.hpp"

namespace {

using namespace isoflop;
using L = FineGrainedMoe;

struct Setup {
  std::string grid = "data/published/krajewski2024_grid.csv";
  std::string law = "krajewski2024-e64";
  Noise noise = Noise::kNormal;
  double sd = 0.005;
  std::size_t sets = 500, resamples = 1000, starts = 100, table_every = 100;
  std::uint64_t seed = kDefaultSeed;
  ResampleSize size = ResampleSize::kCalibrated;
  unsigned threads = 0;
};

constexpr std::array<double, 2> kBudgets{1e21, 1e24};
constexpr double kLevel = 0.95;

// The seven coefficients, then N*, D* and the loss of the plan for each budget; NaN where there is
// no plan. Every set of coefficients makes its own plan, granularity over powers of two: what
// `isoflop plan --cost paper` prints.
class Quantities {
 public:
  explicit Quantities(const LawRecord& law) {
    request_.law = law;
    request_.accounting = FlopAccounting::kPaper;
    const Planner planner = Planners(request_).own();
    for (const double budget : kBudgets) {
      near_.push_back(planner.optimum(std::log(budget), request_.search));
    }
  }

  static std::vector<std::string> names() {
    std::vector<std::string> out;
    for (const CoefficientInfo& c : coefficients_of(L{})) out.emplace_back(c.name);
    for (const double budget : kBudgets) {
      for (const char* what : {"N*", "D*", "loss"}) {
        out.push_back(fmt::format("{} at {:.0e}", what, budget));
      }
    }
    return out;
  }

  std::vector<double> of(const std::vector<double>& coefficients) const {
    std::vector<double> out = coefficients;
    const double total = n_total_per_active(request_);
    const Planner planner = Planners(request_).of(coefficients);
    for (std::size_t b = 0; b < kBudgets.size(); ++b) {
      const Optimum at = planner.optimum(std::log(kBudgets[b]), request_.search, &near_[b]);
      const bool usable = at.usable();
      out.push_back(usable ? std::exp(at.log_n_active) * total : Plan::kNone);
      out.push_back(usable ? std::exp(at.log_d) : Plan::kNone);
      out.push_back(usable ? std::exp(at.log_loss) : Plan::kNone);
    }
    return out;
  }

  // [quantity][draw]
  std::vector<std::vector<double>> columns(const std::vector<std::vector<double>>& draws) const {
    std::vector<std::vector<double>> out(names().size());
    for (const auto& draw : draws) {
      const std::vector<double> values = of(draw);
      for (std::size_t q = 0; q < out.size(); ++q) out[q].push_back(values[q]);
    }
    return out;
  }

 private:
  PlanProblem request_;
  std::vector<Optimum> near_;  // the plans of the truth, where the search begins
};

struct SetResult {
  Verdict verdict = Verdict::kFailed;
  double certified_share = 0.0;
  std::vector<Interval> percentile,
      bca;  // [quantity]; BCa falls back on percentile where it does not exist
};

SetResult study_set(const RunTable& runs, const Setup& setup, const Quantities& quantities) {
  FitOptions options;
  options.num_starts = setup.starts;
  options.profile = false;
  options.num_threads = 1;
  const FitReport report = fit(L::kName, runs, options);
  SetResult out;
  out.verdict = report.verdict;
  const BootstrapReport drawn = bootstrap(
      L::kName, runs, options, report,
      {.resamples = setup.resamples, .seed = setup.seed, .size = setup.size, .jackknife = true});
  out.certified_share = static_cast<double>(drawn.certified) / static_cast<double>(drawn.resamples);
  const auto estimate = quantities.of(report.coefficients);
  const auto resampled = quantities.columns(drawn.draws.bootstrap);
  const auto left_out = quantities.columns(drawn.draws.jackknife);
  for (std::size_t q = 0; q < estimate.size(); ++q) {
    out.percentile.push_back(percentile_interval(resampled[q], kLevel));
    out.bca.push_back(draw_interval(resampled[q], estimate[q], left_out[q], kLevel).range);
  }
  return out;
}

// How the intervals of one quantity did over the sets; shares in per cent.
struct Coverage {
  double inside = 0.0, below = 0.0, above = 0.0;  // where the truth lies
  double at_bound = 0.0;                          // intervals that end at a bound of the fit
};

Coverage coverage(const std::vector<Interval>& intervals, double truth, std::size_t q) {
  Coverage out;
  const double one = 100.0 / static_cast<double>(intervals.size());
  for (const Interval& i : intervals) {
    if (truth < i.low) out.below += one;
    if (truth > i.high) out.above += one;
    if (truth >= i.low && truth <= i.high) out.inside += one;
    if (q >= kNumCoefficients<L>) continue;
    const CoefficientInfo& c = coefficients_of(L{})[q];
    if (i.low <= c.lower || i.high >= c.upper) out.at_bound += one;
  }
  return out;
}

void print_table(const Setup& setup, const std::vector<double>& truth, std::size_t num_runs,
                 std::span<const SetResult> results) {
  const auto names = Quantities::names();
  fmt::print("{:<12} {:>10}  {:>10} {:>6} {:>6}  {:>6} {:>6} {:>6}  {:>8}\n", "quantity", "truth",
             "percentile", "below", "above", "BCa", "below", "above", "at bound");
  for (std::size_t q = 0; q < names.size(); ++q) {
    auto of = [&](std::vector<Interval> SetResult::*method) {
      std::vector<Interval> intervals;
      for (const SetResult& r : results) intervals.push_back((r.*method)[q]);
      return coverage(intervals, truth[q], q);
    };
    const Coverage percentile = of(&SetResult::percentile), bca = of(&SetResult::bca);
    fmt::print("{:<12} {:>10.5g}  {:>10.1f} {:>6.1f} {:>6.1f}  {:>6.1f} {:>6.1f} {:>6.1f}  {:>8}\n",
               names[q], truth[q], percentile.inside, percentile.below, percentile.above,
               bca.inside, bca.below, bca.above,
               q < kNumCoefficients<L> ? fmt::format("{:.1f}", percentile.at_bound) : "-");
  }
  double certified = 0.0, share = 0.0;
  for (const SetResult& r : results) {
    certified += r.verdict == Verdict::kCertified;
    share += r.certified_share;
  }
  const double count = static_cast<double>(results.size());
  fmt::print(
      "{} sets of {} runs, {} starts, {} resamples; fits certified {:.1f} %, refits certified "
      "{:.2f} %\n",
      results.size(), num_runs, setup.starts, setup.resamples, 100.0 * certified / count,
      100.0 * share / count);
  fmt::print("all in per cent of the sets; standard error of a coverage of 95 %: {:.1f}\n",
             100.0 * std::sqrt(kLevel * (1.0 - kLevel) / count));
  std::fflush(stdout);
}

int run(const Setup& setup) {
  const LawRecord law = find_law(setup.law);
  const Quantities quantities(law);
  const RunTable truth = read_grid(setup.grid, law);
  const auto sets = simulate(truth, setup.noise, setup.sd, setup.sets, setup.seed);
  const auto true_values = quantities.of(law.coefficients);
  std::vector<SetResult> results;
  while (results.size() < sets.size()) {
    const std::size_t done = results.size();
    const std::size_t next = std::min(setup.table_every, sets.size() - done);
    results.resize(done + next);
    parallel_for(next, setup.threads, [&](std::size_t i) {
      results[done + i] = study_set(sets[done + i], setup, quantities);
    });
    print_table(setup, true_values, truth.num_runs(), results);
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Setup setup;
  CLI::App app("Coverage of the 95 % intervals of a fit on simulated data sets",
               "study_calibration");
  const std::map<std::string, Noise> kinds{
      {"normal", Noise::kNormal}, {"student", Noise::kStudent}, {"outliers", Noise::kOutliers}};
  app.add_option("--grid", setup.grid, "d_model,n_blocks,steps,N,D,G")->capture_default_str();
  app.add_option("--law", setup.law, "the truth, a fine-grained-moe law")->capture_default_str();
  app.add_option("--noise", setup.noise,
                 "of the log losses: normal, student (t, 3 degrees of "
                 "freedom) or outliers (5 % of the runs tenfold)")
      ->transform(CLI::CheckedTransformer(kinds));
  const std::map<std::string, ResampleSize> sizes{{"calibrated", ResampleSize::kCalibrated},
                                                  {"same", ResampleSize::kSame}};
  app.add_option("--resample-size", setup.size, "calibrated (default) or same")
      ->transform(CLI::CheckedTransformer(sizes));
  app.add_option("--sd", setup.sd, "of the noise")->capture_default_str();
  app.add_option("--sets", setup.sets)->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--table-every", setup.table_every, "print the table after so many sets")
      ->capture_default_str()
      ->check(CLI::PositiveNumber);
  app.add_option("--starts", setup.starts, "per fit")->capture_default_str();
  app.add_option("--resamples", setup.resamples)->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--seed", setup.seed, "of noise and resamples")->capture_default_str();
  app.add_option("--threads", setup.threads, "0: one per core")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    return run(setup);
  } catch (const std::exception& fault) {
    std::cerr << "study_calibration: " << fault.what() << '\n';
    return 1;
  }
}
