#include <cmath>

#include "catch.hpp"
#include "drawn_laws.hpp"
#include "isoflop/error.hpp"
#include "isoflop/plan/frontier.hpp"
#include "isoflop/plan/plan_draws.hpp"
#include "requests.hpp"

namespace isoflop::testing::frontier_test {
namespace {

FrontierOptions range(double from, double to, std::size_t num_points) {
  FrontierOptions out;
  out.from = from;
  out.to = to;
  out.num_points = num_points;
  return out;
}

PlanProblem drawn_moe(std::size_t num_bootstrap, std::size_t num_jackknife) {
  PlanProblem request = moe_request();
  request.law.draws = normal_draws(request.law, 0.02, num_bootstrap, num_jackknife);
  return request;
}

/// The lowest loss of a budget at one granularity.
double loss_at_granularity(double granularity, double budget) {
  return plan_at(moe_request_at(granularity), budget).loss;
}

TEST_CASE("frontier: granularity switches where the published coefficients say",
          "[plan][published]") {
  // Krajewski et al. 2024 over powers of two, from the four-decimal coefficients.
  const auto switches = frontier(moe_request(), range(1e15, 1e27, 13)).switches;
  REQUIRE(switches.size() >= 5);
  const auto last_five = switches.end() - 5;
  const double expected[5][2] = {
      {8, 1.21e16}, {16, 6.24e18}, {32, 2.84e21}, {64, 1.19e24}, {128, 4.72e26}};
  for (int i = 0; i < 5; ++i) {
    CAPTURE(i);
    CHECK(last_five[i].granularity == expected[i][0]);
    CHECK(last_five[i].from_budget == Approx(expected[i][1]).epsilon(0.01));
  }
}

TEST_CASE("frontier: at a switch both granularities give the same loss", "[plan][identity]") {
  for (const GranularitySwitch& s : frontier(moe_request(), range(1e18, 1e27, 5)).switches) {
    CAPTURE(s.granularity);
    // The loss itself carries a rounding of 1e-16 or two.
    const double coarser = loss_at_granularity(0.5 * s.granularity, s.from_budget);
    CHECK(loss_at_granularity(s.granularity, s.from_budget) == Approx(coarser).epsilon(1e-15));
    CHECK(plan_at(moe_request(), s.from_budget * (1.0 + 1e-9)).granularity == s.granularity);
    CHECK(plan_at(moe_request(), s.from_budget * (1.0 - 1e-9)).granularity == 0.5 * s.granularity);
  }
}

TEST_CASE("frontier: switches do not depend on how finely the curve is sampled",
          "[plan][identity]") {
  const auto few = frontier(moe_request(), range(1e18, 1e27, 2)).switches;
  const auto many = frontier(moe_request(), range(1e18, 1e27, 101)).switches;
  REQUIRE(few.size() == 4);
  REQUIRE(many.size() == 4);
  for (std::size_t i = 0; i < few.size(); ++i) {
    CHECK(few[i].granularity == many[i].granularity);
    // Losses are flat in ln C to some 1e-3: a rounding of 1e-16 in them moves the root by 1e-13.
    CHECK(few[i].from_budget == Approx(many[i].from_budget).epsilon(1e-11));
  }
}

TEST_CASE("frontier: its plans are those of single budgets", "[plan][identity]") {
  for (PlanProblem request :
       {moe_request(), moe_request_at(8.0), request_for("hoffmann2022", FlopAccounting::kSixNd),
        request_for("krajewski2024-dense", FlopAccounting::kPaper)}) {
    const auto plans = frontier(request, range(1e12, 1e26, 29)).plans;
    REQUIRE(plans.size() == 29);
    for (const Plan& plan : plans) {
      CAPTURE(request.law.name, plan.budget);
      const Plan alone = plan_at(request, plan.budget);
      CHECK(plan.status == alone.status);
      CHECK(plan.note == alone.note);
      CHECK(plan.extrapolated == alone.extrapolated);
      if (!alone.usable()) continue;
      CHECK(plan.n_active == Approx(alone.n_active).epsilon(1e-12));
      CHECK(plan.n_total == Approx(alone.n_total).epsilon(1e-12));
      CHECK(plan.d_tokens == Approx(alone.d_tokens).epsilon(1e-12));
      CHECK(plan.loss == Approx(alone.loss).epsilon(1e-14));
      if (std::isfinite(alone.d_model)) CHECK(plan.d_model == Approx(alone.d_model).epsilon(1e-12));
      if (has_granularity(request.law)) CHECK(plan.granularity == alone.granularity);
    }
  }
}

TEST_CASE("frontier: a continuous granularity has no switches", "[plan][identity]") {
  PlanProblem request = moe_request();
  request.search.search = GranularitySearch::kContinuous;
  const Frontier curve = frontier(request, range(1e19, 1e22, 4));
  CHECK(curve.switches.empty());
  CHECK(curve.plans[0].granularity < curve.plans[3].granularity);
}

TEST_CASE("frontier: intervals and shares are those of single budgets", "[plan][identity]") {
  const PlanProblem request = drawn_moe(60, 15);
  const auto plans = frontier(request, range(1e18, 1e24, 7)).plans;
  for (const Plan& plan : plans) {
    CAPTURE(plan.budget);
    auto alone = plan_law(request, {plan.budget});
    add_draws(request, alone);
    REQUIRE(plan.draws.has_value());
    REQUIRE(alone[0].draws.has_value());
    const PlanDraws &got = *plan.draws, &want = *alone[0].draws;
    CHECK(got.num_draws == 60);
    CHECK(got.num_without_plan == want.num_without_plan);
    CHECK(got.granularity_frequency == want.granularity_frequency);
    for (const auto of : {&PlanDraws::n_active, &PlanDraws::n_total, &PlanDraws::d_tokens,
                          &PlanDraws::tokens_per_active_parameter, &PlanDraws::loss}) {
      CHECK((got.*of).method == (want.*of).method);
      CHECK((got.*of).range.low == Approx((want.*of).range.low).epsilon(1e-12));
      CHECK((got.*of).range.high == Approx((want.*of).range.high).epsilon(1e-12));
    }
    CHECK(std::isnan(got.regret));
  }
}

TEST_CASE("frontier: the result does not depend on the number of threads", "[plan][identity]") {
  const PlanProblem request = drawn_moe(50, 9);
  FrontierOptions options = range(1e17, 1e25, 9);
  options.num_threads = 1;
  const auto one = frontier(request, options).plans;
  options.num_threads = 3;
  const auto three = frontier(request, options).plans;
  for (std::size_t i = 0; i < one.size(); ++i) {
    CAPTURE(i);
    REQUIRE(one[i].draws.has_value());
    CHECK(one[i].draws->granularity_frequency == three[i].draws->granularity_frequency);
    for (const auto of : {&PlanDraws::n_active, &PlanDraws::d_tokens, &PlanDraws::loss}) {
      CHECK((*one[i].draws.*of).range.low == (*three[i].draws.*of).range.low);
      CHECK((*one[i].draws.*of).range.high == (*three[i].draws.*of).range.high);
    }
  }
}

TEST_CASE("frontier: progress ends with all draws", "[plan][identity]") {
  const PlanProblem request = drawn_moe(21, 4);
  FrontierOptions options = range(1e20, 1e21, 2);
  std::size_t last = 0, all = 0;
  options.progress = [&](std::size_t done, std::size_t of) { last = done, all = of; };
  frontier(request, options);
  CHECK(last == 25);
  CHECK(all == 25);
}

TEST_CASE("log_spaced: ends are exact and ratios equal", "[plan][identity]") {
  const auto budgets = log_spaced(1e15, 1e27, 25);
  REQUIRE(budgets.size() == 25);
  CHECK(budgets.front() == 1e15);
  CHECK(budgets.back() == 1e27);
  CHECK(budgets[8] == 1e19);
  for (std::size_t i = 1; i < budgets.size(); ++i) {
    CHECK(budgets[i] / budgets[i - 1] == Approx(std::sqrt(10.0)).epsilon(1e-13));
  }
}

TEST_CASE("frontier: ranges that are none are refused", "[plan][refusal]") {
  const auto curve = [](double from, double to, std::size_t n) {
    return frontier(moe_request(), range(from, to, n));
  };
  CHECK_THROWS_AS(curve(1e20, 1e20, 5), InvalidArgument);
  CHECK_THROWS_AS(curve(1e21, 1e20, 5), InvalidArgument);
  CHECK_THROWS_AS(curve(0.0, 1e20, 5), InvalidArgument);
  CHECK_THROWS_AS(curve(1e20, std::numeric_limits<double>::infinity(), 5), InvalidArgument);
  CHECK_THROWS_AS(curve(1e20, 1e21, 1), InvalidArgument);
  PlanProblem free = moe_request();
  free.accounting = FlopAccounting::kSixNd;
  CHECK_THROWS_AS(frontier(free, range(1e20, 1e21, 3)), InvalidArgument);
}

}  // namespace
}  // namespace isoflop::testing::frontier_test
