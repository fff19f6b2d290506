#include <ceres/jet.h>

#include <cmath>
#include <limits>

#include "catch.hpp"
#include "isoflop/cost/paper_flops.hpp"
#include "requests.hpp"

namespace isoflop::testing::optimum_test {
namespace {

using Jet = ceres::Jet<double, 1>;

PaperFlops cost_of(const PlanProblem& request) {
  return {*request.law.expansion, request.flops_per_active, request.router_cost, request.shape};
}

/// d ln L / d ln N_active along the budget, by Ceres's derivatives instead of the planner's.
double slope_along_budget(const PlanProblem& request, const Plan& plan) {
  const Jet log_n_active(std::log(plan.n_active), 0);
  const double log_g = std::log(plan.granularity);
  const Jet log_d =
      std::log(plan.budget) - cost_of(request).log_cost_per_token(log_n_active, log_g);
  const std::array<Jet, 3> log_x{log_n_active + std::log(n_law_per_active(request)), log_d,
                                 Jet(log_g)};
  return FineGrainedMoe{}.log_loss(to_axis(FineGrainedMoe{}, request.law.coefficients), log_x).v[0];
}

/// The lowest loss over a dense grid of N_active at one granularity.
double brute_force_loss(const PlanProblem& request, double flops, double g, double step = 1e-3) {
  const PaperFlops cost = cost_of(request);
  double best = std::numeric_limits<double>::infinity();
  for (double log_n = std::log(request.shape.smallest_n_active()); log_n < 40.0; log_n += step) {
    const double log_d = std::log(flops) - cost.log_cost_per_token(log_n, std::log(g));
    if (log_d < 0.0) break;
    best = std::min(best, loss_at(request, std::exp(log_n), std::exp(log_d), g));
  }
  return best;
}

TEST_CASE("Planner: the loss has no slope along the budget at the optimum", "[plan][derivative]") {
  for (const double flops : {1e17, 1e21, 1e25}) {
    CAPTURE(flops);
    const PlanProblem request = moe_request();
    // ln N is exact to 1e-14 and the curvature below 1e-2.
    CHECK(std::abs(slope_along_budget(request, plan_at(request, flops))) < 1e-14);
  }
}

TEST_CASE("Planner: the plan spends the whole budget", "[plan][identity]") {
  for (const double flops : {1e17, 1e21, 1e25}) {
    const Plan plan = plan_at(moe_request(), flops);
    const double d = plan.d_model;
    // The paper's formula with E = 64, c_f = 6, c_r = 14 and the plan's own shape.
    const double spent =
        (12.0 * d * d * 6.0 + d * 64.0 * plan.granularity * 14.0) * plan.d_tokens * plan.n_blocks;
    CHECK(spent == Approx(flops).epsilon(1e-12));  // exp of logarithms near 50
    const double routed = d * 64.0 * plan.granularity * 14.0 * plan.d_tokens * plan.n_blocks;
    CHECK(plan.router_flops_share == Approx(routed / flops).epsilon(1e-12));
  }
}

TEST_CASE("Planner: the sizes of a plan belong together", "[plan][identity]") {
  const PlanProblem request = moe_request();
  const Plan plan = plan_at(request, 1e21);
  CHECK(plan.n_total == Approx(43.0 * plan.n_active).epsilon(1e-14));
  CHECK(plan.n_law == Approx(plan.n_total).epsilon(1e-14));
  CHECK(plan.d_model == Approx(64.0 * plan.n_blocks).epsilon(1e-14));
  CHECK(12.0 * plan.d_model * plan.d_model * plan.n_blocks == Approx(plan.n_active).epsilon(1e-14));
  CHECK(plan.tokens_per_active_parameter() == plan.d_tokens / plan.n_active);
  CHECK(plan.loss ==
        Approx(loss_at(request, plan.n_active, plan.d_tokens, plan.granularity)).epsilon(1e-14));
}

TEST_CASE("Planner: no size on a dense grid does better", "[plan][identity]") {
  const PlanProblem request = moe_request();
  for (const double flops : {1e17, 1e21, 1e25}) {
    CAPTURE(flops);
    const Plan plan = plan_at(request, flops);
    const double brute = brute_force_loss(request, flops, plan.granularity);
    CHECK(plan.loss <= brute * (1.0 + 1e-14));  // rounding
    // The nearest point of the grid is at most 5e-4 off: half the curvature times its square.
    CHECK(plan.loss == Approx(brute).epsilon(1e-8));
  }
}

TEST_CASE("Planner: no power of two does better than the one it picks", "[plan][identity]") {
  const PlanProblem request = moe_request();
  for (const double flops : {1e17, 1e19, 1e21, 1e24, 1e26}) {
    CAPTURE(flops);
    const Plan plan = plan_at(request, flops);
    double best_loss = std::numeric_limits<double>::infinity(), best_g = 0.0;
    for (double g = 1.0; g <= 1024.0; g *= 2.0) {
      // Half the curvature, below 1e-2, times the square of half a step: losses differ by more.
      const double brute = brute_force_loss(request, flops, g, 1e-2);
      if (brute < best_loss) best_loss = brute, best_g = g;
    }
    CHECK(plan.granularity == Approx(best_g).epsilon(1e-14));
  }
}

TEST_CASE("Planner: continuous granularity does no worse than powers of two", "[plan][identity]") {
  PlanProblem continuous = moe_request();
  continuous.search.search = GranularitySearch::kContinuous;
  for (const double flops : {1e17, 1e19, 1e21, 1e24, 1e26}) {
    CAPTURE(flops);
    const Plan powers = plan_at(moe_request(), flops), any = plan_at(continuous, flops);
    CHECK(any.status == PlanStatus::kOptimal);
    CHECK(any.loss <= powers.loss);
    // Between the neighbours of the best power of two.
    CHECK(any.granularity > 0.5 * powers.granularity);
    CHECK(any.granularity < 2.0 * powers.granularity);
  }
}

TEST_CASE("Planner: at the continuous optimum neighbours in granularity are worse",
          "[plan][identity]") {
  PlanProblem continuous = moe_request();
  continuous.search.search = GranularitySearch::kContinuous;
  const Plan best = plan_at(continuous, 1e21);
  for (const double factor : {0.999, 1.001}) {
    // A thousandth off costs half the curvature, 1e-2, times its square: 1e7 roundings.
    CHECK(plan_at(moe_request_at(best.granularity * factor), 1e21).loss > best.loss);
  }
}

TEST_CASE("Planner: more budget gives less loss", "[plan][identity]") {
  const auto plans = plan_law(moe_request(), {1e18, 1e19, 1e20, 1e21, 1e22, 1e23});
  for (std::size_t i = 1; i < plans.size(); ++i) {
    CHECK(plans[i].loss < plans[i - 1].loss);
    CHECK(plans[i].n_active > plans[i - 1].n_active);
    CHECK(plans[i].d_tokens > plans[i - 1].d_tokens);
  }
}

TEST_CASE("Planner: the coarse plan is the plan at granularity 1", "[plan][identity]") {
  const Plan plan = plan_at(moe_request(), 1e21), coarse = plan_at(moe_request_at(1.0), 1e21);
  REQUIRE(plan.coarse.has_value());
  CHECK(plan.coarse->n_active == coarse.n_active);
  CHECK(plan.coarse->d_tokens == coarse.d_tokens);
  CHECK(plan.coarse->loss == coarse.loss);
  CHECK(plan.coarse->loss > plan.loss);
}

TEST_CASE("Planner: the extra FLOPs close the gap to granularity 1", "[plan][identity]") {
  for (const double flops : {1e18, 1e21, 1e25}) {
    CAPTURE(flops);
    const Plan plan = plan_at(moe_request(), flops);
    REQUIRE(plan.coarse.has_value());
    CHECK(plan.coarse->extra_budget > 0.0);
    const Plan coarse = plan_at(moe_request_at(1.0), flops + plan.coarse->extra_budget);
    // The budget is found to the last digits of its logarithm, near 1e-15 * 50.
    CHECK(coarse.loss == Approx(plan.loss).epsilon(1e-10));
  }
}

TEST_CASE("Planner: a granularity that is worse than 1 needs less at granularity 1",
          "[plan][identity]") {
  const double flops = 1e21;
  const Plan plan = plan_at(moe_request_at(2048.0), flops);
  REQUIRE(plan.coarse.has_value());
  CHECK(plan.coarse->loss < plan.loss);
  CHECK(plan.coarse->extra_budget < -0.5 * flops);
  const Plan coarse = plan_at(moe_request_at(1.0), flops + plan.coarse->extra_budget);
  CHECK(coarse.loss == Approx(plan.loss).epsilon(1e-10));
}

TEST_CASE("Planner: a plan at granularity 1 needs nothing extra", "[plan][identity]") {
  const Plan plan = plan_at(moe_request_at(1.0), 1e21);
  REQUIRE(plan.coarse.has_value());
  CHECK(plan.coarse->extra_budget == 0.0);
}

TEST_CASE("Planner: a law without granularity has no coarse plan", "[plan][identity]") {
  const Plan plan = plan_at(request_for("hoffmann2022", FlopAccounting::kSixNd), 1e21);
  CHECK_FALSE(plan.coarse.has_value());
  CHECK(std::isnan(plan.granularity));
}

}  // namespace
}  // namespace isoflop::testing::optimum_test
