// Under C = 6 N D the optimum of A / N^alpha + B / D^beta is known:
//   N = S (C / 6)^(beta / (alpha + beta)),  S = (alpha A / (beta B))^(1 / (alpha + beta)).
// Hoffmann et al. 2022, arXiv 2203.15556, Eq. 4.
#include <cmath>
#include <memory>

#include "catch.hpp"
#include "isoflop/cost/paper_flops.hpp"
#include "isoflop/cost/six_nd.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "isoflop/laws/list.hpp"
#include "isoflop/plan/planner.hpp"
#include "plan/best_size.hpp"
#include "plan/surface_of.hpp"
#include "requests.hpp"

namespace isoflop::testing::closed_form_test {
namespace {

double optimal_n(double a, double alpha, double b, double beta, double flops) {
  const double scale = std::pow(alpha * a / (beta * b), 1.0 / (alpha + beta));
  return scale * std::pow(flops / 6.0, beta / (alpha + beta));
}

// The root of the slope is found to the last digits of ln N, near 1e-15 * 25; the closed form takes
// powers with exponents of up to 10. Loss is flat there: its error is of second order.
constexpr double kTolerance = 1e-10;

TEST_CASE("Planner: chinchilla under 6ND is the closed form", "[plan][identity]") {
  for (const char* law : {"hoffmann2022", "hoffmann2022-unrounded", "besiroglu2024"}) {
    const PlanProblem request = request_for(law, FlopAccounting::kSixNd);
    const std::vector<double>& c = request.law.coefficients;
    for (const double flops : {1e18, 5.76e23, 1e27}) {
      CAPTURE(law, flops);
      const Plan plan = plan_at(request, flops);
      const double n = optimal_n(c[1], c[2], c[3], c[4], flops);
      CHECK(plan.status == PlanStatus::kOptimal);
      CHECK(plan.n_law == Approx(n).epsilon(kTolerance));
      CHECK(plan.n_active == plan.n_law);
      CHECK(plan.n_total == plan.n_law);
      CHECK(plan.d_tokens == Approx(flops / (6.0 * n)).epsilon(kTolerance));
      CHECK(plan.loss == Approx(loss_at(request, n, flops / (6.0 * n), 1.0)).epsilon(1e-14));
    }
  }
}

TEST_CASE("Planner: at one granularity and free routing the MoE law is the closed form",
          "[plan][identity]") {
  for (const double g : {1.0, 8.0, 64.0}) {
    CAPTURE(g);
    PlanProblem request = moe_request_at(g);
    request.router_cost = 0.0;
    const std::vector<double>& c = request.law.coefficients;
    // N = 43 N_active in the law: A = (a + g / G^gamma) / 43^alpha in terms of N_active.
    const double a = (c[0] + c[4] / std::pow(g, c[5])) / std::pow(43.0, c[1]);
    const double n = optimal_n(a, c[1], c[2], c[3], 1e21);
    const Plan plan = plan_at(request, 1e21);
    CHECK(plan.status == PlanStatus::kOptimal);
    CHECK(plan.n_active == Approx(n).epsilon(kTolerance));
    CHECK(plan.d_tokens == Approx(1e21 / (6.0 * n)).epsilon(kTolerance));
    CHECK(plan.router_flops_share == 0.0);
  }
}

TEST_CASE("Planner: 6ND and free routing give the same plan", "[plan][identity]") {
  PlanProblem free_routing = moe_request_at(8.0), six_nd = free_routing;
  free_routing.router_cost = 0.0;
  six_nd.accounting = FlopAccounting::kSixNd;
  const Plan a = plan_at(free_routing, 1e21), b = plan_at(six_nd, 1e21);
  CHECK(a.n_active == Approx(b.n_active).epsilon(kTolerance));
  CHECK(a.loss == Approx(b.loss).epsilon(1e-14));
}

TEST_CASE("Planner: a dense model pays for no routing", "[plan][identity]") {
  const Plan paper = plan_at(request_for("krajewski2024-dense", FlopAccounting::kPaper), 1e21);
  const Plan six_nd = plan_at(request_for("krajewski2024-dense", FlopAccounting::kSixNd), 1e21);
  CHECK(paper.router_flops_share == 0.0);
  CHECK(paper.n_active == Approx(six_nd.n_active).epsilon(kTolerance));
}

TEST_CASE("Planner: dearer active parameters act like a smaller budget", "[plan][identity]") {
  PlanProblem request = moe_request_at(8.0);
  request.router_cost = 0.0;
  const Plan plain = plan_at(request, 1e21);
  request.flops_per_active = 12.0;
  CHECK(plan_at(request, 2e21).n_active == Approx(plain.n_active).epsilon(kTolerance));
}

TEST_CASE("Planner: it plans any law for any cost", "[plan][identity]") {
  // A law and a cost are its arguments: here without a law record between them.
  const std::array<double, 5> c{1.69, 406.4, 0.34, 410.7, 0.28};
  const LawAt law(std::make_shared<const SurfaceOf<Chinchilla>>(Chinchilla{}, c));
  const auto cost = std::make_shared<const TokenCostOf<SixNd>>(SixNd{});
  const BestSize size(law, cost, ModelShapeRule{});
  const Plan plan = Planner(std::make_shared<const BestSize>(size)).plan(1e21, {});
  CHECK(plan.n_active == Approx(optimal_n(c[1], c[2], c[3], c[4], 1e21)).epsilon(kTolerance));
}

}  // namespace
}  // namespace isoflop::testing::closed_form_test
