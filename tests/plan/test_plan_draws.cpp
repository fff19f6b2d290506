#include <algorithm>
#include <cmath>
#include <functional>

#include "catch.hpp"
#include "drawn_laws.hpp"
#include "isoflop/core/root.hpp"
#include "isoflop/error.hpp"
#include "isoflop/plan/plan_draws.hpp"
#include "requests.hpp"
#include "within.hpp"

namespace isoflop::testing::plan_draws_test {
namespace {

/// The request with draws in its law.
PlanProblem drawn(PlanProblem request, double spread = 0.02, std::size_t num_bootstrap = 60,
                  std::size_t num_jackknife = 15) {
  request.law.draws = normal_draws(request.law, spread, num_bootstrap, num_jackknife);
  return request;
}

PlanProblem moe_over(GranularitySearch search) {
  PlanProblem request = moe_request();
  request.search.search = search;
  request.search.granularity = 8.0;
  return request;
}

std::vector<PlanProblem> every_kind() {
  return {drawn(moe_over(GranularitySearch::kPowersOfTwo)),
          drawn(moe_over(GranularitySearch::kContinuous), 0.02, 20, 5),
          drawn(moe_over(GranularitySearch::kFixed)),
          drawn(request_for("hoffmann2022", FlopAccounting::kSixNd)),
          drawn(request_for("krajewski2024-dense", FlopAccounting::kPaper))};
}

Plan plan_with_draws(const PlanProblem& request, double flops) {
  auto plans = plan_law(request, {flops});
  add_draws(request, plans);
  return plans.at(0);
}

/// The plain plan of every set of coefficients.
std::vector<Plan> plans_of(const PlanProblem& request,
                           const std::vector<std::vector<double>>& coefficients, double flops) {
  PlanProblem one = request;
  one.law.draws = {};
  std::vector<Plan> out;
  for (const auto& c : coefficients) {
    one.law.coefficients = c;
    out.push_back(plan_at(one, flops));
  }
  return out;
}

/// What is lost under `truth` with the plan, from nothing but plans for other budgets.
double regret_by_plans(PlanProblem truth, const Plan& plan) {
  truth.law.draws = {};
  const double g = has_granularity(truth.law) ? plan.granularity : 1.0;
  const double reached = std::log(loss_at(truth, plan.n_active, plan.d_tokens, g));
  const double high = std::log(plan.budget);
  auto excess = [&](double log_budget) {
    return std::log(plan_at(truth, std::exp(log_budget)).loss) - reached;
  };
  if (excess(high) >= 0.0) return 0.0;
  return plan.budget - std::exp(bracketed_root(excess, high - 5.0, high));
}

TEST_CASE("add_draws: intervals are those of a plain plan for every draw", "[plan][identity]") {
  for (const PlanProblem& request : every_kind()) {
    CAPTURE(request.law.name, static_cast<int>(request.search.search));
    const Plan plan = plan_with_draws(request, 1e21);
    REQUIRE(plan.draws.has_value());
    const auto plans = plans_of(request, request.law.draws.bootstrap, 1e21);
    const auto left_out = plans_of(request, request.law.draws.jackknife, 1e21);
    const auto check = [&](const EstimatedInterval& got, const std::function<double(Plan)>& of) {
      std::vector<double> values, jackknife;
      for (const Plan& p : plans) values.push_back(of(p));
      for (const Plan& p : left_out) jackknife.push_back(of(p));
      const EstimatedInterval expected = draw_interval(values, of(plan), jackknife, 0.95);
      CHECK(got.method == IntervalMethod::kBca);
      // The planner begins elsewhere and ends in the same digits; an inlined copy may fuse other
      // products and sums than its twin, which moves logarithms near 25 by 1e-15.
      CHECK(got.range.low == Approx(expected.range.low).epsilon(1e-12));
      CHECK(got.range.high == Approx(expected.range.high).epsilon(1e-12));
      CHECK(got.range.low < got.range.high);
    };
    check(plan.draws->n_total, [](const Plan& p) { return p.n_total; });
    check(plan.draws->n_active, [](const Plan& p) { return p.n_active; });
    check(plan.draws->d_tokens, [](const Plan& p) { return p.d_tokens; });
    check(plan.draws->tokens_per_active_parameter,
          [](const Plan& p) { return p.tokens_per_active_parameter(); });
    check(plan.draws->loss, [](const Plan& p) { return p.loss; });
    if (request.search.search == GranularitySearch::kContinuous) {
      check(plan.draws->granularity, [](const Plan& p) { return p.granularity; });
    } else {
      CHECK(plan.draws->granularity.method == IntervalMethod::kNone);
    }
  }
}

TEST_CASE("add_draws: granularities are counted as plain plans choose them", "[plan][identity]") {
  const PlanProblem request = drawn(moe_request());
  for (const double flops : {6.2e18, 1e21, 2.8e21}) {  // two of them where the best G changes
    CAPTURE(flops);
    std::map<double, double> expected;
    for (const Plan& p : plans_of(request, request.law.draws.bootstrap, flops)) {
      expected[p.granularity] += 1.0 / 60.0;
    }
    const auto got = plan_with_draws(request, flops).draws->granularity_frequency;
    REQUIRE(got.size() == expected.size());
    for (const auto& [g, share] : expected) CHECK(got.at(g) == within(share, 1e-12));
  }
  CHECK(plan_with_draws(request, 2.8e21).draws->granularity_frequency.size() > 1);
}

TEST_CASE("add_draws: a granularity that nobody chose has no frequency", "[plan][identity]") {
  for (const PlanProblem& request : {drawn(moe_over(GranularitySearch::kFixed)),
                                     drawn(moe_over(GranularitySearch::kContinuous), 0.02, 5, 5),
                                     drawn(request_for("hoffmann2022", FlopAccounting::kSixNd))}) {
    CHECK(plan_with_draws(request, 1e21).draws->granularity_frequency.empty());
  }
}

TEST_CASE("add_draws: the regret is what plans for smaller budgets save", "[plan][identity]") {
  for (const PlanProblem& request :
       {drawn(moe_request(), 0.02, 25, 0), drawn(moe_over(GranularitySearch::kFixed), 0.02, 25, 0),
        drawn(request_for("hoffmann2022", FlopAccounting::kSixNd), 0.05, 25, 0)}) {
    const Plan plan = plan_with_draws(request, 2.8e21);
    std::vector<double> regrets;
    double mean = 0.0;
    for (const auto& coefficients : request.law.draws.bootstrap) {
      PlanProblem truth = request;
      truth.law.coefficients = coefficients;
      regrets.push_back(regret_by_plans(truth, plan));
      mean += regrets.back() / 25.0;
    }
    std::sort(regrets.begin(), regrets.end());
    CHECK(regrets.front() >= 0.0);
    CHECK(mean > 0.0);
    // ln of a loss to 1e-16, its slope in ln budget 0.05: ln budget to 1e-14, of 1 % that is lost.
    CHECK(plan.draws->regret == Approx(mean).epsilon(1e-9));
    CHECK(plan.draws->regret_95 == Approx(sample_quantile(regrets, 0.95)).epsilon(1e-9));
  }
}

TEST_CASE("add_draws: draws that all equal the fit leave no doubt and no regret",
          "[plan][identity]") {
  for (PlanProblem request : every_kind()) {
    CAPTURE(request.law.name, static_cast<int>(request.search.search));
    request.law.draws.bootstrap.assign(50, request.law.coefficients);
    request.law.draws.jackknife.assign(10, request.law.coefficients);
    const Plan plan = plan_with_draws(request, 1e21);
    REQUIRE(plan.draws.has_value());
    CHECK(plan.draws->n_active.range.low == Approx(plan.n_active).epsilon(1e-12));
    CHECK(plan.draws->n_active.range.high == Approx(plan.n_active).epsilon(1e-12));
    CHECK(plan.draws->loss.range.low == Approx(plan.loss).epsilon(1e-14));
    CHECK(plan.draws->loss.range.high == Approx(plan.loss).epsilon(1e-14));
    CHECK(plan.draws->regret == 0.0);
    CHECK(plan.draws->regret_95 == 0.0);
    CHECK_FALSE(std::signbit(plan.draws->regret_95));  // -0.0 would be printed with its sign
  }
}

TEST_CASE("add_draws: wider draws give wider intervals and more regret", "[plan][identity]") {
  const Plan narrow = plan_with_draws(drawn(moe_request(), 0.01), 1e21);
  const Plan wide = plan_with_draws(drawn(moe_request(), 0.03), 1e21);
  CHECK(wide.draws->loss.range.low < narrow.draws->loss.range.low);
  CHECK(wide.draws->loss.range.high > narrow.draws->loss.range.high);
  CHECK(wide.draws->regret > narrow.draws->regret);
  CHECK(narrow.draws->regret > 0.0);
  CHECK(narrow.draws->regret < narrow.draws->regret_95);
}

TEST_CASE("add_draws: without a jackknife intervals are percentiles", "[plan][identity]") {
  const PlanProblem request = drawn(moe_request(), 0.02, 60, 0);
  const Plan plan = plan_with_draws(request, 1e21);
  std::vector<double> sizes;
  for (const Plan& p : plans_of(request, request.law.draws.bootstrap, 1e21)) {
    sizes.push_back(p.n_active);
  }
  const Interval expected = percentile_interval(sizes, 0.95);
  CHECK(plan.draws->n_active.method == IntervalMethod::kPercentile);
  CHECK(plan.draws->n_active.range.low == Approx(expected.low).epsilon(1e-14));
  CHECK(plan.draws->n_active.range.high == Approx(expected.high).epsilon(1e-14));
}

TEST_CASE("add_draws: draws without a plan are counted and left out", "[plan][identity]") {
  // The best model is about as small as the smallest of the family.
  const PlanProblem request = drawn(request_for("hoffmann2022", FlopAccounting::kSixNd), 0.05);
  const double flops = 1.2e11;
  const auto plans = plans_of(request, request.law.draws.bootstrap, flops);
  const auto without =
      std::count_if(plans.begin(), plans.end(), [](const Plan& p) { return !p.usable(); });
  REQUIRE(without > 0);
  REQUIRE(without < 60);
  const Plan plan = plan_with_draws(request, flops);
  REQUIRE(plan.draws.has_value());
  CHECK(plan.draws->num_draws == 60);
  CHECK(plan.draws->num_without_plan == static_cast<std::size_t>(without));
  CHECK(plan.draws->n_active.range.low >= request.shape.smallest_n_active());
  CHECK(plan.draws->regret >= 0.0);
}

TEST_CASE("add_draws: without draws or without a plan nothing is said", "[plan][identity]") {
  CHECK_FALSE(plan_with_draws(moe_request(), 1e21).draws.has_value());
  CHECK_FALSE(plan_with_draws(drawn(moe_request()), 1e12).draws.has_value());
}

TEST_CASE("add_draws: draws that are no coefficients of the law are refused", "[plan][refusal]") {
  PlanProblem request = drawn(moe_request());
  request.law.draws.bootstrap[3].pop_back();
  CHECK_THROWS_AS(plan_with_draws(request, 1e21), InvalidArgument);
}

}  // namespace
}  // namespace isoflop::testing::plan_draws_test
