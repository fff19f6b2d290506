#include <cmath>
#include <limits>

#include "catch.hpp"
#include "requests.hpp"

namespace isoflop::testing::status_test {
namespace {

/// Whether a plan that is not usable holds no number but its budget.
bool is_empty(const Plan& p) {
  bool all_nan = true;
  for (const double x : {p.n_law, p.n_active, p.n_total, p.d_tokens, p.granularity, p.loss,
                         p.d_model, p.n_blocks, p.router_flops_share}) {
    all_nan = all_nan && std::isnan(x);
  }
  return all_nan && !p.coarse && p.extrapolated.empty() && !p.extrapolates_d_per_n;
}

TEST_CASE("plan_law: a budget for no model at all is too small", "[plan][refusal]") {
  const Plan plan = plan_at(moe_request(), 1e3);
  CHECK(plan.status == PlanStatus::kBudgetTooSmall);
  CHECK(std::string(to_string(plan.status)) == "budget_too_small");
  CHECK(plan.budget == 1e3);
  CHECK(is_empty(plan));
  CHECK_FALSE(plan.note.empty());
}

TEST_CASE("plan_law: a best model below the smallest is on the edge", "[plan][refusal]") {
  const Plan plan = plan_at(moe_request(), 1e12);
  CHECK(plan.status == PlanStatus::kAtSearchEdge);
  CHECK(std::string(to_string(plan.status)) == "at_search_edge");
  CHECK(plan.note == "the best model would be smaller than the smallest of this family");
  CHECK(is_empty(plan));
}

TEST_CASE("plan_law: a best run of less than one token is on the edge", "[plan][refusal]") {
  // Tokens hardly matter to this law, so it would spend everything on parameters.
  PlanProblem request = request_for("hoffmann2022", FlopAccounting::kSixNd);
  request.law.coefficients = {1.69, 1e6, 0.34, 1e-9, 0.28};
  const Plan plan = plan_at(request, 1e21);
  CHECK(plan.status == PlanStatus::kAtSearchEdge);
  CHECK(plan.note == "the best run would see fewer tokens than one");
  CHECK(is_empty(plan));
}

TEST_CASE("plan_law: a law at its irreducible loss says so", "[plan][refusal]") {
  // 410.7 / D^0.28 is e^-90 at 1e300 FLOPs: no budget moves the loss by what a double can hold.
  for (const PlanProblem& request :
       {moe_request(), request_for("hoffmann2022", FlopAccounting::kSixNd)}) {
    const Plan plan = plan_at(request, 1e300);
    CHECK(plan.status == PlanStatus::kAtSearchEdge);
    CHECK(plan.note == "the law is at its irreducible loss here: more compute no longer lowers it");
    CHECK(is_empty(plan));
  }
}

TEST_CASE("plan_law: free routing makes the finest granularity the best", "[plan][refusal]") {
  for (const auto search : {GranularitySearch::kPowersOfTwo, GranularitySearch::kContinuous}) {
    PlanProblem request = moe_request();
    request.router_cost = 0.0;
    request.search.search = search;
    const Plan plan = plan_at(request, 1e21);
    CHECK(plan.status == PlanStatus::kAtSearchEdge);
    CHECK(plan.note == "the best granularity is the largest that was searched");
    CHECK(is_empty(plan));
  }
}

TEST_CASE("plan_law: a fixed granularity is not on the edge of a search", "[plan][identity]") {
  PlanProblem request = moe_request_at(16.0);
  request.router_cost = 0.0;
  request.search.max_granularity = 16.0;
  CHECK(plan_at(request, 1e21).status == PlanStatus::kOptimal);
}

TEST_CASE("plan_law: a narrower search ends on its own edge", "[plan][refusal]") {
  PlanProblem request = moe_request();
  request.search.max_granularity = 8.0;  // 16 is best at this budget
  CHECK(plan_at(request, 1e21).status == PlanStatus::kAtSearchEdge);
}

TEST_CASE("plan_law: every budget has its own status", "[plan][identity]") {
  const auto plans = plan_law(moe_request(), {1e3, 1e12, 1e21});
  REQUIRE(plans.size() == 3);
  CHECK(plans[0].status == PlanStatus::kBudgetTooSmall);
  CHECK(plans[1].status == PlanStatus::kAtSearchEdge);
  CHECK(plans[2].status == PlanStatus::kOptimal);
  CHECK(plans[2].usable());
  CHECK_FALSE(plans[1].usable());
}

TEST_CASE("plan_law: a plan outside the range of the runs names the variables",
          "[plan][identity]") {
  // The runs: N 135M to 3.65B, D 16.4B to 131B, G 1 to 16, D/N 7.8 to 484.
  const Plan plan = plan_at(moe_request(), 1e24);
  CHECK(plan.extrapolated == std::vector<Variable>{Variable::kN, Variable::kD, Variable::kG});
  CHECK(plan.extrapolates_d_per_n);
}

TEST_CASE("plan_law: a plan inside the range of the runs raises no flag", "[plan][identity]") {
  PlanProblem request = moe_request_at(4.0);
  request.law.ranges[Variable::kN] = Range{1e9, 1e12};
  request.law.ranges[Variable::kD] = Range{1e9, 1e12};
  request.law.ranges.d_per_n = Range{0.01, 100.0};
  const Plan plan = plan_at(request, 1e21);
  CHECK(plan.extrapolated.empty());
  CHECK_FALSE(plan.extrapolates_d_per_n);
}

TEST_CASE("plan_law: a plan says how far it lies beyond the compute of the runs",
          "[plan][identity]") {
  PlanProblem request = request_for("hoffmann2022", FlopAccounting::kSixNd);
  request.law.ranges.n_times_d = Range{1e17, 1e21 / 6.0};
  // 6 N D of a plan is its budget to the twelve digits of D.
  const auto beyond = plan_at(request, 4e22).beyond_runs;
  REQUIRE(beyond.has_value());
  CHECK(beyond->decades == Approx(std::log10(40.0)).epsilon(1e-11));
  CHECK_FALSE(beyond->at_least);
  CHECK_FALSE(plan_at(request, 0.99e21).beyond_runs.has_value());
  CHECK(plan_at(request, 1.01e21).beyond_runs.has_value());
}

TEST_CASE("plan_law: the largest N and D stand for a compute that nobody wrote down",
          "[plan][identity]") {
  PlanProblem request = request_for("hoffmann2022", FlopAccounting::kSixNd);
  request.law.ranges[Variable::kN] = Range{1e7, 1e9};
  request.law.ranges[Variable::kD] = Range{1e9, 1e11};
  const auto beyond = plan_at(request, 6e22).beyond_runs;
  REQUIRE(beyond.has_value());
  CHECK(beyond->decades == Approx(2.0).epsilon(1e-11));
  CHECK(beyond->at_least);
  request.law.ranges[Variable::kD].reset();
  CHECK_FALSE(plan_at(request, 6e22).beyond_runs.has_value());
}

TEST_CASE("plan_law: a range that is not known raises no flag", "[plan][identity]") {
  const Plan plan = plan_at(request_for("krajewski2024-e16", FlopAccounting::kPaper), 1e24);
  CHECK(plan.extrapolated.empty());
  CHECK_FALSE(plan.extrapolates_d_per_n);
}

}  // namespace
}  // namespace isoflop::testing::status_test
