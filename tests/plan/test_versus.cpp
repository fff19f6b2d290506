#include <cmath>

#include "catch.hpp"
#include "isoflop/error.hpp"
#include "isoflop/plan/versus.hpp"
#include "requests.hpp"

namespace isoflop::testing::versus_test {
namespace {

PlanProblem dense() { return request_for("krajewski2024-dense", FlopAccounting::kPaper); }

double over_dense(const std::string& law, double flops) {
  const Plan plan = plan_at(request_for(law, FlopAccounting::kPaper), flops);
  return versus(dense(), {plan}).at(0).compute_multiplier;
}

TEST_CASE("versus: the multiplier over dense is what the published digits give",
          "[plan][published]") {
  // The text of the paper says 20 at 1e20 and above 40 at 1e25 FLOPs; its coefficients give this.
  CHECK(over_dense("krajewski2024-e64-table1", 1e20) == Approx(21.28).epsilon(0.01));
  CHECK(over_dense("krajewski2024-e64-table1", 1e25) == Approx(32.01).epsilon(0.01));
  CHECK(over_dense("krajewski2024-e64", 1e20) == Approx(18.01).epsilon(0.01));
  CHECK(over_dense("krajewski2024-e64", 1e25) == Approx(25.53).epsilon(0.01));
}

TEST_CASE("versus: with its budget the other reaches the loss of the plan", "[plan][identity]") {
  const Plan plan = plan_at(moe_request(), 1e22);
  for (const PlanProblem& other : {dense(), coarse_of(moe_request())}) {
    const Versus answer = versus(other, {plan}).at(0);
    CHECK(answer.note.empty());
    CHECK(answer.compute_multiplier == Approx(answer.budget / plan.budget).epsilon(1e-13));
    // Newton's method ends at the last digits of ln C; losses are flatter than that.
    CHECK(plan_at(other, answer.budget).loss == Approx(plan.loss).epsilon(1e-14));
  }
}

TEST_CASE("versus: coarse agrees with what a plan says of G = 1", "[plan][identity]") {
  for (const double flops : {1e18, 1e21, 1e25}) {
    const Plan plan = plan_at(moe_request(), flops);
    const Versus answer = versus(coarse_of(moe_request()), {plan}).at(0);
    // The extra budget has the digits of its root in ln C, some 1e-13, times C / extra.
    CHECK(answer.compute_multiplier ==
          Approx(1.0 + plan.coarse->extra_budget / flops).epsilon(1e-11));
  }
}

TEST_CASE("versus: a law against itself gives one", "[plan][identity]") {
  for (const double flops : {3e16, 1e21, 1e26}) {
    const Plan plan = plan_at(moe_request(), flops);
    // The loss is flat to some 0.05 in ln C: its rounding is magnified so much.
    CHECK(versus(moe_request(), {plan}).at(0).compute_multiplier == Approx(1.0).epsilon(1e-13));
  }
}

TEST_CASE("versus: a worse law needs more and the better one less", "[plan][identity]") {
  const Plan moe = plan_at(moe_request(), 1e21);
  const double forth = versus(dense(), {moe}).at(0).budget;
  const Plan back = plan_at(dense(), forth);
  CHECK(versus(moe_request(), {back}).at(0).budget == Approx(1e21).epsilon(1e-12));
}

TEST_CASE("versus: a loss out of reach and a plan that is none leave a note", "[plan][identity]") {
  PlanProblem floor = dense();
  floor.law.coefficients[0] = 2.5;  // its irreducible loss
  const auto plans = plan_law(moe_request(), {1e5, 1e24});
  const auto answers = versus(floor, plans);
  REQUIRE(answers.size() == 2);
  CHECK(answers[0].note == "there is no plan to compare with");
  CHECK(answers[1].note == "no budget reaches this loss");
  for (const Versus& answer : answers) CHECK(std::isnan(answer.compute_multiplier));
}

TEST_CASE("versus: what cannot be planned is refused", "[plan][refusal]") {
  const Plan plan = plan_at(moe_request(), 1e21);
  CHECK_THROWS_AS(coarse_of(dense()), InvalidArgument);
  PlanProblem free = moe_request();
  free.accounting = FlopAccounting::kSixNd;
  CHECK_THROWS_AS(versus(free, {plan}), InvalidArgument);
}

}  // namespace
}  // namespace isoflop::testing::versus_test
