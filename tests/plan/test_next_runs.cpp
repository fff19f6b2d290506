#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "catch.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/plan/next_runs.hpp"
#include "isoflop/plan/planner.hpp"
#include "plan/drawn_laws.hpp"
#include "plan/requests.hpp"

namespace isoflop::testing::next_runs_test {
namespace {

/// The published law with made-up draws and its own ranges, G continuous.
PlanProblem drawn_request(double spread = 0.01, std::size_t num_draws = 400) {
  PlanProblem request = moe_request();
  request.search.search = GranularitySearch::kContinuous;
  request.law.draws = normal_draws(request.law, spread, num_draws, 0);
  return request;
}

NextRunsQuestion question_of(double target_flops, double budget_flops) {
  NextRunsQuestion out;
  out.target_flops = target_flops;
  out.budget_flops = budget_flops;
  out.noise = 0.005;
  return out;
}

double flops_of(const std::vector<RunToTrain>& runs) {
  double out = 0.0;
  for (const RunToTrain& run : runs) out += run.flops;
  return out;
}

std::string refusal_of(const PlanProblem& request, const NextRunsQuestion& question) {
  try {
    next_runs(request, question);
  } catch (const InvalidArgument& fault) {
    return show_fields(fault.marked(), FieldStyle::kFlag);
  }
  return "";
}

/// Gradients with respect to the logarithms of the coefficients, by central differences: of ln N*,
/// ln D*, ln L and ln G of the plan, and of ln L of a run.
struct Gradients {
  std::array<std::vector<double>, 4> plan;
  std::vector<double> run;
};

Gradients gradients(const PlanProblem& request, double target, const RunToTrain& run) {
  const double log_ratio = std::log(n_law_per_active(request));
  std::array<std::vector<double>, 5> slopes;
  auto values = [&](std::vector<double> coefficients, std::size_t p, double step) {
    coefficients[p] *= std::exp(step);
    const Planner planner = Planners(request).of(coefficients);
    const Optimum at = planner.optimum(std::log(target), request.search);
    return std::array{at.log_n_active, at.log_d, at.log_loss, at.log_g,
                      planner.log_loss(std::log(run.n_law) - log_ratio, std::log(run.d_tokens),
                                       std::log(run.granularity))};
  };
  constexpr double kStep = 1e-4;
  for (std::size_t p = 0; p < request.law.coefficients.size(); ++p) {
    const auto up = values(request.law.coefficients, p, kStep);
    const auto down = values(request.law.coefficients, p, -kStep);
    for (std::size_t i = 0; i < 5; ++i) {
      slopes[i].push_back((up[i] - down[i]) / (2.0 * kStep));
    }
  }
  return {{slopes[0], slopes[1], slopes[2], slopes[3]}, slopes[4]};
}

double product(const std::vector<double>& a, const std::vector<double>& b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

TEST_CASE("next runs: what a run leaves agrees with derivatives of plan and law",
          "[plan][derivative]") {
  // Coefficients scatter independently, each by the same share of itself: the covariance of their
  // logarithms is spread^2 times the identity.
  const double spread = 0.004, target = 1e22;
  const PlanProblem request = drawn_request(spread, 2000);
  NextRunsQuestion question = question_of(target, 1e21);
  question.noise = 0.002;
  const RunToTrain run{4e9, 2e10, 32.0, 0.0};
  const NextRuns answer = expect_runs(request, question, {run});
  const Gradients slopes = gradients(request, target, run);
  const double seen = spread * spread * product(slopes.run, slopes.run);
  const std::array measured{answer.n_law.width_left(), answer.d_tokens.width_left(),
                            answer.loss.width_left(), answer.granularity.value().width_left()};
  for (std::size_t q = 0; q < measured.size(); ++q) {
    const double shared = spread * spread * product(slopes.plan[q], slopes.run);
    const double told = shared * shared / (question.noise * question.noise + seen);
    const double variance = spread * spread * product(slopes.plan[q], slopes.plan[q]);
    CAPTURE(q);
    // Quantiles and covariances of 2,000 draws: two or three in a hundred each.
    CHECK(measured[q] == Approx(std::sqrt(1.0 - told / variance)).margin(0.04));
  }
  CHECK(answer.loss.width_left() < 0.9);
}

TEST_CASE("next runs: the runs keep to budget and number and to the reach of those behind the law",
          "[plan][identity]") {
  const PlanProblem request = drawn_request();
  NextRunsQuestion question = question_of(1e22, 2e20);
  question.max_runs = 4;
  question.reach = 2.0;
  const NextRuns answer = next_runs(request, question);
  CHECK_FALSE(answer.runs.empty());
  CHECK(answer.runs.size() <= 4);
  CHECK(flops_of(answer.runs) <= 2e20);
  const Ranges& ranges = request.law.ranges;
  for (const RunToTrain& run : answer.runs) {
    CHECK(run.n_law >= ranges[Variable::kN]->low * (1 - 1e-9));
    CHECK(run.n_law <= 2.0 * ranges[Variable::kN]->high * (1 + 1e-9));
    CHECK(run.d_tokens >= 0.5 * ranges[Variable::kD]->low * (1 - 1e-9));
    CHECK(run.d_tokens <= 2.0 * ranges[Variable::kD]->high * (1 + 1e-9));
    CHECK(run.granularity <= 2.0 * ranges[Variable::kG]->high);
    CHECK(std::exp2(std::round(std::log2(run.granularity))) == run.granularity);
  }
  question.max_n = 1e9;
  question.max_d = 2e10;
  question.max_g = 8.0;
  for (const RunToTrain& run : next_runs(request, question).runs) {
    CHECK(run.n_law <= 1e9);
    CHECK(run.d_tokens <= 2e10);
    CHECK(run.granularity <= 8.0);
  }
}

TEST_CASE("next runs: the FLOPs of a run are those of the paper", "[plan][identity]") {
  const NextRuns answer = next_runs(drawn_request(), question_of(1e22, 1e20));
  for (const RunToTrain& run : answer.runs) {
    // N = (8 E + 4) d^2 n_blocks at d = 64 n_blocks.
    const double d = std::cbrt(run.n_law * 64.0 / 516.0);
    const double flops =
        (12.0 * d * d * 6.0 + d * 64.0 * run.granularity * 14.0) * run.d_tokens * d / 64.0;
    CHECK(run.flops == Approx(flops).epsilon(1e-12));
  }
}

TEST_CASE("next runs: chosen runs leave no wider intervals than as many of a regular grid",
          "[plan][identity]") {
  const PlanProblem request = drawn_request();
  std::vector<RunToTrain> grid;
  for (const double n : {1e9, 3e9}) {
    for (const double d : {3e10, 1e11}) {
      for (const double g : {4.0, 16.0}) grid.push_back({n, d, g, 0.0});
    }
  }
  NextRunsQuestion question = question_of(1e22, 1e22);
  const NextRuns regular = expect_runs(request, question, grid);
  question.budget_flops = flops_of(regular.runs);
  question.max_runs = grid.size();
  const NextRuns chosen = next_runs(request, question);
  auto left = [](const NextRuns& answer) {
    return answer.n_law.width_left() * answer.d_tokens.width_left() * answer.loss.width_left() *
           answer.granularity.value().width_left();
  };
  CHECK(left(chosen) < left(regular));
  question.budget_flops *= 10.0;
  // The same runs where none of those that the budget kept out would tell more.
  CHECK(left(next_runs(request, question)) <= left(chosen) * (1.0 + 1e-9));
}

TEST_CASE("next runs: intervals now are those of the plans of the draws", "[plan][identity]") {
  const PlanProblem request = drawn_request();
  const NextRuns answer = next_runs(request, question_of(1e22, 1e20));
  std::vector<double> n;
  PlanProblem other = request;
  for (const auto& draw : request.law.draws.bootstrap) {
    other.law.coefficients = draw;
    n.push_back(plan_at(other, 1e22).n_law);
  }
  const Interval direct = percentile_interval(n, 0.95);
  CHECK(answer.n_law.now.low == Approx(direct.low).epsilon(1e-3));
  CHECK(answer.n_law.now.high == Approx(direct.high).epsilon(1e-3));
  CHECK(answer.n_law.estimate == plan_at(request, 1e22).n_law);
}

TEST_CASE("next runs: a dense law has no granularity", "[plan][identity]") {
  PlanProblem request = request_for("hoffmann2022", FlopAccounting::kSixNd);
  request.law.draws = normal_draws(request.law, 0.01, 200, 0);
  const NextRuns answer = next_runs(request, question_of(1e23, 1e21));
  CHECK_FALSE(answer.granularity.has_value());
  CHECK_FALSE(answer.runs.empty());
  for (const RunToTrain& run : answer.runs) {
    CHECK(run.granularity == 1.0);
    CHECK(run.flops == Approx(6.0 * run.n_law * run.d_tokens).epsilon(1e-12));
  }
}

TEST_CASE("refit noise: it is that of least squares to least absolute deviations",
          "[plan][published]") {
  CHECK(refit_noise(0.005, std::numeric_limits<double>::infinity()) == 0.005);
  // Delta = 1.345 sd is 95 % efficient (Holland and Welsch 1977); to the digits of that constant.
  CHECK(refit_noise(1.0, 1.345) == Approx(1.0 / std::sqrt(0.95)).epsilon(1e-4));
  // The median of normal numbers: pi / 2 times the variance of the mean.
  CHECK(refit_noise(1.0, 1e-5) == Approx(std::sqrt(std::acos(-1.0) / 2.0)).epsilon(1e-4));
}

TEST_CASE("next runs: what cannot be answered is refused with the reason", "[plan][refusal]") {
  using Catch::Contains;
  const PlanProblem request = drawn_request();
  const NextRunsQuestion question = question_of(1e22, 1e20);
  PlanProblem other = request;
  other.law.draws = {};
  CHECK_THAT(refusal_of(other, question), Contains("the law has no draws"));
  other = request;
  other.law.draws.bootstrap.resize(20);
  CHECK_THAT(refusal_of(other, question), Contains("only 20 of 20 draws"));
  other = request;
  other.law.ranges = {};
  CHECK_THAT(refusal_of(other, question), Contains("range of the runs"));
  other = request;
  other.search.search = GranularitySearch::kPowersOfTwo;
  CHECK_THAT(refusal_of(other, question), Contains("continuous or fixed"));
  other = request_for("clark2022-sbase", FlopAccounting::kSixNd);
  CHECK_THAT(refusal_of(other, question), Contains("no compute-optimal plan"));
  CHECK_THAT(refusal_of(request, question_of(1e15, 1e20)), Contains("below the runs behind"));
  CHECK_THAT(refusal_of(request, question_of(1e22, 1e14)), Contains("below the cheapest run"));
  NextRunsQuestion bad = question;
  bad.noise = 0.0;
  CHECK_THAT(refusal_of(request, bad), Contains("noise"));
  bad = question;
  bad.reach = 0.5;
  CHECK_THAT(refusal_of(request, bad), Contains("reach"));
  bad = question;
  bad.max_n = 1e6;
  CHECK_THAT(refusal_of(request, bad), Contains("no run is within reach"));
  CHECK_THROWS_AS(expect_runs(request, question, {}), InvalidArgument);
}

}  // namespace
}  // namespace isoflop::testing::next_runs_test
