// The choice of runs against a regular grid of the same cost and number, with refits: a small and
// fast edition of apps/studies/next_runs.cpp.
#include <array>
#include <cmath>
#include <vector>

#include "catch.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/fit/bootstrap.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/plan/next_runs.hpp"
#include "isoflop/plan/planner.hpp"
#include "plan/requests.hpp"

namespace isoflop::testing::next_runs_simulated_test {
namespace {

using L = FineGrainedMoe;
constexpr double kTarget = 1e22, kNoise = 0.005;
constexpr std::size_t kNumSets = 6, kResamples = 100;

std::vector<RunToTrain> grid_of(const std::vector<double>& n, const std::vector<double>& d) {
  std::vector<RunToTrain> out;
  for (const double x : n) {
    for (const double y : d) {
      for (const double z : {1.0, 4.0, 16.0}) out.push_back({x, y, z, 0.0});
    }
  }
  return out;
}

void train(RunTable& runs, const std::vector<RunToTrain>& more, const PlanProblem& truth,
           Random& random) {
  for (const RunToTrain& run : more) {
    const std::array x{run.n_law, run.d_tokens, run.granularity};
    for (std::size_t v = 0; v < x.size(); ++v) runs.column(variables_of(L{})[v]).push_back(x[v]);
    runs.loss.push_back(loss(L{}, truth.law.coefficients, x) * std::exp(kNoise * random.normal()));
  }
}

FitOptions fit_options() {
  FitOptions out;
  out.num_starts = 32;
  out.profile = false;
  out.num_threads = 1;
  return out;
}

/// ln N*, ln D*, ln L and ln G of the target's plan; NaN where there is none.
using Values = std::array<double, 4>;

Values plan_of(const PlanProblem& request, const std::vector<double>& coefficients) {
  Values out;
  out.fill(Plan::kNone);
  const Optimum at = Planners(request).of(coefficients).optimum(std::log(kTarget), request.search);
  if (at.usable()) out = {at.log_n_active, at.log_d, at.log_loss, at.log_g};
  return out;
}

/// Widths of the 95 % intervals of the plan's quantities.
Values widths_of(const PlanProblem& request, const std::vector<std::vector<double>>& draws) {
  std::array<std::vector<double>, 4> drawn;
  for (const auto& draw : draws) {
    const Values plan = plan_of(request, draw);
    for (std::size_t q = 0; q < plan.size(); ++q) drawn[q].push_back(plan[q]);
  }
  Values out;
  for (std::size_t q = 0; q < out.size(); ++q) {
    const Interval range = percentile_interval(drawn[q], 0.95);
    out[q] = range.high - range.low;
  }
  return out;
}

TEST_CASE("next runs: refits with chosen runs are more certain than with a regular grid",
          "[plan][recovery]") {
  PlanProblem truth = moe_request();
  truth.search.search = GranularitySearch::kContinuous;
  const std::vector<double> tokens{16.4e9, 32.8e9, 65.5e9};
  const auto base = grid_of({1.35e8, 3.04e8, 5.41e8, 1.08e9}, tokens);
  const auto regular = grid_of({2.11e9, 3.65e9}, tokens);
  Values log_ratio{};  // of the widths with chosen runs over those with the grid, means over sets
  for (std::size_t set = 0; set < kNumSets; ++set) {
    Random random(100 + set);
    RunTable first;
    train(first, base, truth, random);
    const FitReport fitted = fit(L::kName, first, fit_options());
    PlanProblem request = truth;
    request.law.coefficients = fitted.coefficients;
    request.law.ranges = fitted.ranges;
    request.law.draws =
        bootstrap(L::kName, first, fit_options(), fitted, {.resamples = kResamples}).draws;
    NextRunsQuestion question;
    question.target_flops = kTarget;
    question.noise = refit_noise(kNoise, fit_options().huber_delta);
    // No larger models, no more tokens and no finer experts than in the regular grid.
    question.max_runs = regular.size();
    question.max_n = 3.65e9;
    question.max_d = tokens.back();
    question.max_g = 16.0;
    const auto of_grid = expect_runs(request, question, regular).runs;
    question.budget_flops = 0.0;
    for (const RunToTrain& run : of_grid) question.budget_flops += run.flops;
    const auto of_choice = next_runs(request, question).runs;
    auto widths_with = [&](const std::vector<RunToTrain>& runs) {
      RunTable all = first;
      train(all, runs, truth, random);
      const FitReport refitted = fit(L::kName, all, fit_options());
      const BootstrapReport drawn =
          bootstrap(L::kName, all, fit_options(), refitted, {.resamples = kResamples});
      return widths_of(truth, drawn.draws.bootstrap);
    };
    const Values grid = widths_with(of_grid), chosen = widths_with(of_choice);
    for (std::size_t q = 0; q < grid.size(); ++q) {
      log_ratio[q] += std::log(chosen[q] / grid[q]) / static_cast<double>(kNumSets);
    }
  }
  CAPTURE(log_ratio);
  const double mean = 0.25 * (log_ratio[0] + log_ratio[1] + log_ratio[2] + log_ratio[3]);
  CAPTURE(mean);
  CHECK(std::exp(mean) < 0.9);
}

}  // namespace
}  // namespace isoflop::testing::next_runs_simulated_test
