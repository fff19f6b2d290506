// study_next_runs: do the runs that `isoflop next-runs` chooses beat a regular grid of the same
// cost?
//
// Begins with the half of a published grid that costs least, losses simulated from a published law,
// and fits it. Then trains, in simulation, either the other half of the grid or as many FLOPs of
// chosen runs, fits all runs together and compares the plan for a larger budget with that of the
// truth. What it found: docs/results.md.
#include "isoflop/plan/next_runs.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <CLI/CLI.hpp>
#include <cmath>
#include <cstdio>
#include <exception>
#include <iostream>
#include <numeric>
#include <string>
#include <vector>

#include "apps/studies/simulated_runs.hpp"
#include "isoflop/core/parallel.hpp"
#include "isoflop/core/select_rows.hpp"
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
  double sd = 0.005, target_flops = 1e22;
  std::size_t sets = 200, resamples = 300, starts = 64;
  std::uint64_t seed = kDefaultSeed;
  unsigned threads = 0;
};

constexpr std::array kQuantities{"N*", "D*", "loss", "G"};
using Values = std::array<double, kQuantities.size()>;  // natural logarithms

constexpr Values kNoValues{Plan::kNone, Plan::kNone, Plan::kNone, Plan::kNone};

/// A way to spend the budget; the first is the regular grid.
struct Way {
  const char* name;
  std::size_t max_runs;
  bool within_grid;  // N, D and G no larger than in the grid, else as the command would have it
};
constexpr std::array kWays{
    Way{"the grid's other half", 0, true}, Way{"chosen, within the grid", 39, true},
    Way{"chosen, within the grid", 10, true}, Way{"chosen, reach 4", 10, false}};

class Study {
 public:
  explicit Study(const Setup& setup) : setup_(setup) {
    request_.law = find_law(setup.law);
    request_.law.draws = {};
    request_.accounting = FlopAccounting::kPaper;
    request_.search.search = GranularitySearch::kContinuous;
    grid_ = read_grid(setup.grid, request_.law);
    truth_ = plan_of(request_.law.coefficients);
    split();
  }

  struct Outcome {
    bool usable = false;
    std::size_t num_runs = 0;
    double flops = 0.0;
    Values error{}, width{}, expected{};
  };

  /// One data set: an outcome for each way.
  std::array<Outcome, kWays.size()> run(std::uint64_t set) const {
    Random random(setup_.seed + 1000003 * set);
    const RunTable first = noisy(select_rows(grid_, base_), random);
    const FitReport report = fit(L::kName, first, fit_options());
    std::array<Outcome, kWays.size()> out{};
    if (report.status != FitStatus::kConverged) return out;
    PlanProblem request = request_;
    request.law.coefficients = report.coefficients;
    request.law.ranges = report.ranges;
    request.law.draws = bootstrap(L::kName, first, fit_options(), report, how()).draws;
    NextRunsQuestion question;
    question.target_flops = setup_.target_flops;
    question.budget_flops = budget_;
    const double spread = std::sqrt(static_cast<double>(report.num_runs) /
                                    static_cast<double>(report.num_runs - report.num_free));
    question.noise = refit_noise(report.rmse_log * spread, fit_options().huber_delta);
    for (std::size_t w = 0; w < kWays.size(); ++w) {
      try {
        out[w] = follow(kWays[w], request, question, first, random);
      } catch (const InvalidArgument&) {
        // the half's own fit has no plan for the target: nobody can choose
      }
    }
    return out;
  }

  std::size_t num_base() const { return base_.size(); }
  double budget() const { return budget_; }
  const Values& truth() const { return truth_; }

 private:
  FitOptions fit_options() const {
    FitOptions out;
    out.num_starts = setup_.starts;
    out.profile = false;
    out.num_threads = 1;
    return out;
  }
  BootstrapOptions how() const { return {.resamples = setup_.resamples, .seed = setup_.seed}; }

  Values plan_of(const std::vector<double>& coefficients) const {
    Values out = kNoValues;
    const Optimum at =
        Planners(request_).of(coefficients).optimum(std::log(setup_.target_flops), request_.search);
    if (at.usable()) out = {at.log_n_active, at.log_d, at.log_loss, at.log_g};
    return out;
  }

  /// The cheaper half of the grid, and what the other costs.
  void split() {
    std::vector<RunToTrain> all;
    for (std::size_t i = 0; i < grid_.num_runs(); ++i) {
      all.push_back({grid_.column(Variable::kN)[i], grid_.column(Variable::kD)[i],
                     grid_.column(Variable::kG)[i], 0.0});
    }
    const Planner planner = Planners(request_).own();
    const double ratio = n_law_per_active(request_);
    for (RunToTrain& run : all) {
      run.flops = std::exp(
          planner.log_cost_per_token(std::log(run.n_law / ratio), std::log(run.granularity)) +
          std::log(run.d_tokens));
    }
    std::vector<std::size_t> order(all.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return all[a].flops < all[b].flops; });
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (i < order.size() / 2) {
        base_.push_back(order[i]);
      } else {
        regular_.push_back(all[order[i]]);
        budget_ += all[order[i]].flops;
      }
    }
  }

  RunTable noisy(RunTable runs, Random& random) const {
    for (double& loss : runs.loss) loss *= std::exp(setup_.sd * random.normal());
    return runs;
  }

  /// The losses of these runs, behind those of `first`.
  RunTable trained(RunTable first, const std::vector<RunToTrain>& runs, Random& random) const {
    for (const RunToTrain& run : runs) {
      const std::array x{run.n_law, run.d_tokens, run.granularity};
      for (std::size_t v = 0; v < x.size(); ++v) first.column(variables_of(L{})[v]).push_back(x[v]);
      first.loss.push_back(loss(L{}, request_.law.coefficients, x) *
                           std::exp(setup_.sd * random.normal()));
    }
    return first;
  }

  Outcome follow(const Way& way, const PlanProblem& request, NextRunsQuestion question,
                 const RunTable& first, Random& random) const {
    NextRuns answer;
    if (way.max_runs == 0) {
      answer = expect_runs(request, question, regular_);
    } else {
      question.max_runs = way.max_runs;
      if (way.within_grid) {
        const Ranges grid = ranges_of(grid_);
        question.max_n = grid[Variable::kN]->high;
        question.max_d = grid[Variable::kD]->high;
        question.max_g = grid[Variable::kG]->high;
      }
      answer = next_runs(request, question);
    }
    const RunTable all = trained(first, answer.runs, random);
    const FitReport report = fit(L::kName, all, fit_options());
    Outcome out;
    const Values plan =
        report.status == FitStatus::kConverged ? plan_of(report.coefficients) : kNoValues;
    if (!std::isfinite(plan[0])) return out;
    out.usable = true;
    out.num_runs = answer.runs.size();
    for (const RunToTrain& run : answer.runs) out.flops += run.flops;
    const auto draws = bootstrap(L::kName, all, fit_options(), report, how()).draws.bootstrap;
    std::array<std::vector<double>, kQuantities.size()> columns;
    for (const auto& draw : draws) {
      const Values drawn = plan_of(draw);
      for (std::size_t q = 0; q < drawn.size(); ++q) columns[q].push_back(drawn[q]);
    }
    const std::array expected{&answer.n_law, &answer.d_tokens, &answer.loss, &*answer.granularity};
    for (std::size_t q = 0; q < plan.size(); ++q) {
      out.error[q] = plan[q] - truth_[q];
      const Interval range = percentile_interval(columns[q], 0.95);
      out.width[q] = range.high - range.low;
      out.expected[q] = std::log(expected[q]->after.high / expected[q]->after.low);
    }
    return out;
  }

  Setup setup_;
  PlanProblem request_;
  RunTable grid_;
  Values truth_{};
  std::vector<std::size_t> base_;
  std::vector<RunToTrain> regular_;
  double budget_ = 0.0;
};

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return sample_quantile(values, 0.5);
}

int run(const Setup& setup) {
  const Study study(setup);
  std::vector<std::array<Study::Outcome, kWays.size()>> results(setup.sets);
  parallel_for(setup.sets, setup.threads, [&](std::size_t i) { results[i] = study.run(i); });
  std::erase_if(results, [](const auto& set) {
    return !std::all_of(set.begin(), set.end(), [](const auto& way) { return way.usable; });
  });
  fmt::print(
      "{} runs first, then {:.3g} FLOPs; plan for {:.3g}: N* {:.4g} D* {:.4g} loss {:.4f} G "
      "{:.1f}\n{} of {} sets have a converged fit and a plan in every way\n",
      study.num_base(), study.budget(), setup.target_flops, std::exp(study.truth()[0]),
      std::exp(study.truth()[1]), std::exp(study.truth()[2]), std::exp(study.truth()[3]),
      results.size(), setup.sets);
  fmt::print("{:<24} {:>5} {:>9}  {:<5} {:>9} {:>9} {:>9} {:>9}\n", "way", "runs", "FLOPs", "what",
             "rms error", "median", "95 % width", "expected");
  for (std::size_t w = 0; w < kWays.size(); ++w) {
    double runs = 0.0, flops = 0.0;
    for (const auto& set : results) {
      runs += static_cast<double>(set[w].num_runs) / static_cast<double>(results.size());
      flops += set[w].flops / static_cast<double>(results.size());
    }
    for (std::size_t q = 0; q < kQuantities.size(); ++q) {
      std::vector<double> error, width, expected;
      double squares = 0.0;
      for (const auto& set : results) {
        error.push_back(std::abs(set[w].error[q]));
        width.push_back(set[w].width[q]);
        expected.push_back(set[w].expected[q]);
        squares += std::pow(set[w].error[q], 2);
      }
      fmt::print("{:<24} {:>5.1f} {:>9.3g}  {:<5} {:>9.4f} {:>9.4f} {:>9.4f} {:>9.4f}\n",
                 kWays[w].name, runs, flops, kQuantities[q],
                 std::sqrt(squares / static_cast<double>(results.size())), median(error),
                 median(width), median(expected));
    }
  }
  fmt::print("natural logarithms; widths are medians over the sets\n");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  Setup setup;
  CLI::App app("Chosen runs against a regular grid of the same cost, simulated", "study_next_runs");
  app.add_option("--grid", setup.grid, "d_model,n_blocks,steps,N,D,G")->capture_default_str();
  app.add_option("--law", setup.law, "the truth, a fine-grained-moe law")->capture_default_str();
  app.add_option("--target-flops", setup.target_flops)->capture_default_str();
  app.add_option("--sd", setup.sd, "of ln loss")->capture_default_str();
  app.add_option("--sets", setup.sets)->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--starts", setup.starts, "per fit")->capture_default_str();
  app.add_option("--resamples", setup.resamples)->capture_default_str()->check(CLI::PositiveNumber);
  app.add_option("--seed", setup.seed)->capture_default_str();
  app.add_option("--threads", setup.threads, "0: one per core")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  try {
    return run(setup);
  } catch (const std::exception& fault) {
    std::cerr << "study_next_runs: " << fault.what() << '\n';
    return 1;
  }
}
