#include <cmath>

#include "catch.hpp"
#include "isoflop/plan/lost_flops.hpp"
#include "requests.hpp"

namespace isoflop::testing::lost_flops_test {
namespace {

PlanProblem dense(const std::string& law) { return request_for(law, FlopAccounting::kSixNd); }

TEST_CASE("lost_flops: a plan made from the law that holds loses nothing", "[plan][identity]") {
  CHECK(lost_flops(dense("besiroglu2024"), dense("besiroglu2024"), 1e22) == 0.0);
  CHECK(lost_flops(moe_request(), moe_request(), 1e22) == 0.0);
}

TEST_CASE("lost_flops: what is left of the budget reaches the loss of the other plan",
          "[plan][identity]") {
  const PlanProblem truth = dense("besiroglu2024"), belief = dense("hoffmann2022");
  const double budget = 5.76e23;
  const double lost = lost_flops(truth, belief, budget);
  CHECK(lost > 0.0);
  CHECK(lost < budget);
  const Plan made = plan_at(belief, budget);
  const double reached = loss_at(truth, made.n_active, made.d_tokens, 1.0);
  // The loss is fixed to 1e-15, and its slope in ln C is 0.02 of it.
  CHECK(plan_at(truth, budget - lost).loss == Approx(reached).epsilon(1e-12));
}

TEST_CASE("lost_flops: a wrong granularity costs FLOPs", "[plan][identity]") {
  const PlanProblem truth = moe_request();
  const double lost = lost_flops(truth, moe_request_at(1.0), 1e21);
  CHECK(lost > 0.0);
  // plan says that G = 1 needs 96 % more for the loss of the best, so it wastes about half.
  CHECK(lost / 1e21 == Approx(0.5).margin(0.05));
}

TEST_CASE("lost_flops: a budget without a plan has no answer", "[plan][identity]") {
  CHECK(std::isnan(lost_flops(dense("besiroglu2024"), dense("hoffmann2022"), 1e5)));
}

TEST_CASE("lost_flops: a plan without granularity has none to be judged by", "[plan][refusal]") {
  CHECK(std::isnan(lost_flops(moe_request(), dense("hoffmann2022"), 1e21)));
}

}  // namespace
}  // namespace isoflop::testing::lost_flops_test
