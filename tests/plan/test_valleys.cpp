// The two ways to find the best size: along the sign of the slope where law and cost are
// log-convex, by a scan where they are not.
#include <cmath>
#include <limits>
#include <memory>

#include "catch.hpp"
#include "drawn_laws.hpp"
#include "isoflop/cost/paper_flops.hpp"
#include "isoflop/cost/six_nd.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "isoflop/laws/list.hpp"
#include "isoflop/plan/planner.hpp"
#include "plan/best_size.hpp"
#include "plan/surface_of.hpp"
#include "within.hpp"

namespace isoflop::testing::valleys_test {
namespace {

const std::vector<double> kMoe{18.0712, 0.1146, 30.8082, 0.1465, 2.076, 0.5843, 0.472};
const std::vector<double> kDense{1.69, 406.4, 0.34, 410.7, 0.28};
const PaperFlops kCost(64.0, 6.0, 14.0, ModelShapeRule{});

/// The law without its word that it is log-convex.
template <Law L>
struct Scanned : L {
  static constexpr bool kLogConvex = false;
};

/// A dense law with a second valley at the width of a few units around ln N = 18.
struct TwoValleys : Chinchilla {
  static constexpr bool kLogConvex = false;
  template <class C, class X>
  auto log_loss(const C& theta, const X& log_x) const {
    using std::exp;
    const auto off = std::get<0>(log_x) + -18.0;
    return Chinchilla{}.log_loss(theta, log_x) - exp(off * off * -2.0) * 0.3;
  }
};

template <Law L, Cost C>
Planner planner(const std::vector<double>& coefficients, const C& cost, double per_active) {
  Counting counting;
  counting.n_law_per_active = per_active;
  return Planner(std::make_shared<const BestSize>(
      LawAt(std::make_shared<const SurfaceOf<L>>(L{}, coefficients), counting),
      std::make_shared<const TokenCostOf<C>>(cost), ModelShapeRule{}));
}

void check_same(const Optimum& a, const Optimum& b) {
  CHECK(a.status == b.status);
  CHECK(a.granularity == b.granularity);
  if (!a.usable()) return;
  CHECK(a.log_n_active == Approx(b.log_n_active).epsilon(1e-13));
  CHECK(a.log_loss == within(b.log_loss, 1e-14));
}

TEST_CASE("Planner: the slope leads to the plan that a scan finds", "[plan][identity]") {
  Random random(3);
  for (int i = 0; i < 40; ++i) {
    const auto moe = scattered(kMoe, 0.3, random), dense = scattered(kDense, 0.3, random);
    for (const double flops : {1e3, 1e12, 1e17, 1e21, 1e26, 1e40}) {
      CAPTURE(moe, dense, flops);
      const double log_budget = std::log(flops);
      check_same(planner<FineGrainedMoe>(moe, kCost, 43.0).optimum(log_budget, {}),
                 planner<Scanned<FineGrainedMoe>>(moe, kCost, 43.0).optimum(log_budget, {}));
      check_same(planner<Chinchilla>(dense, SixNd{}, 1.0).optimum(log_budget, {}),
                 planner<Scanned<Chinchilla>>(dense, SixNd{}, 1.0).optimum(log_budget, {}));
    }
  }
}

TEST_CASE("Planner: where it begins to look changes no digit", "[plan][identity]") {
  Random random(4);
  for (int i = 0; i < 40; ++i) {
    const auto law = planner<FineGrainedMoe>(scattered(kMoe, 0.1, random), kCost, 43.0);
    for (const double flops : {1e16, 1e21, 1e25}) {
      const Optimum plain = law.optimum(std::log(flops), {});
      for (const double other : {1e3, 1e14, 1e20, 1e21, 1e30}) {
        CAPTURE(flops, other);
        const Optimum near = law.optimum(std::log(other), {});
        const Optimum led = law.optimum(std::log(flops), {}, &near);
        CHECK(led.status == plain.status);
        CHECK(led.log_n_active == plain.log_n_active);
        CHECK(led.log_loss == plain.log_loss);
        CHECK(led.granularity == plain.granularity);
      }
    }
  }
}

TEST_CASE("Planner: of two valleys the deeper one is planned", "[plan][identity]") {
  const auto law = planner<TwoValleys>(kDense, SixNd{}, 1.0);
  for (const double flops : {1e17, 1e19, 1e21, 1e24}) {
    CAPTURE(flops);
    const double log_budget = std::log(flops);
    double best = std::numeric_limits<double>::infinity(), best_x = 0.0;
    for (double x = 11.0; x < 40.0; x += 1e-3) {
      const double loss = law.log_loss(x, log_budget - std::log(6.0) - x, 0.0);
      if (loss < best) best = loss, best_x = x;
    }
    const Optimum got = law.optimum(log_budget, {});
    CHECK(got.usable());
    CHECK(std::abs(got.log_n_active - best_x) < 1e-3);
    CHECK(got.log_loss <= best);
  }
}

TEST_CASE("Planner: the cheapest budget reaches the loss and no less does", "[plan][identity]") {
  const auto law = planner<FineGrainedMoe>(kMoe, kCost, 43.0);
  const double log_budget = std::log(3e21);  // just above a change from G = 16 to 32
  const Optimum best = law.optimum(log_budget, {});
  for (const double more : {1e-9, 1e-3, 0.05, 0.5, 1.5}) {
    CAPTURE(more);
    const double loss = best.log_loss + more;
    const double cheapest = law.cheapest_log_budget(loss, log_budget, {}, best);
    CHECK(cheapest < log_budget);
    CHECK(law.optimum(cheapest, {}).log_loss == Approx(loss).epsilon(1e-14));
  }
  CHECK(law.cheapest_log_budget(best.log_loss, log_budget, {}, best) == log_budget);
  CHECK(law.cheapest_log_budget(best.log_loss - 0.1, log_budget, {}, best) == log_budget);
}

TEST_CASE("Planner: what says that it is log-convex lies below its chords", "[plan][identity]") {
  Random random(5);
  for_each_law([&]<Law L>(const L& own) {
    if constexpr (requires { L::kLogConvex; }) {
      INFO("law " << L::kName);
      for (int i = 0; i < 2000; ++i) {
        std::array<double, kNumCoefficients<L>> theta;
        for (std::size_t p = 0; p < theta.size(); ++p) {
          const CoefficientInfo& c = L::kCoefficients[p];
          theta[p] = random.uniform(to_axis(c, c.lower), to_axis(c, c.upper));
        }
        std::array<double, kNumVariablesOf<L>> a, b, middle, more_tokens;
        for (std::size_t v = 0; v < a.size(); ++v) {
          const double high = L::kVariables[v] == Variable::kG ? 7.0 : 40.0;
          a[v] = random.uniform(0.0, high), b[v] = random.uniform(0.0, high);
          middle[v] = 0.5 * (a[v] + b[v]);
          more_tokens[v] = a[v] + (L::kVariables[v] == Variable::kD ? 1.0 : 0.0);
        }
        const double at_a = own.log_loss(theta, a), at_b = own.log_loss(theta, b);
        const double rounding = 1e-14 * (1.0 + std::abs(at_a) + std::abs(at_b));
        CHECK(own.log_loss(theta, middle) <= 0.5 * (at_a + at_b) + rounding);
        CHECK(own.log_loss(theta, more_tokens) <= at_a + rounding);
      }
    }
  });
  auto check_cost = [&](const auto& cost) {
    for (int i = 0; i < 2000; ++i) {
      const double n = random.uniform(0.0, 40.0), m = random.uniform(0.0, 40.0);
      const double g = random.uniform(0.0, 7.0), h = random.uniform(0.0, 7.0);
      CHECK(cost.log_cost_per_token(0.5 * (n + m), 0.5 * (g + h)) <=
            0.5 * (cost.log_cost_per_token(n, g) + cost.log_cost_per_token(m, h)) + 1e-13);
    }
  };
  check_cost(SixNd{});
  check_cost(kCost);
}

}  // namespace
}  // namespace isoflop::testing::valleys_test
