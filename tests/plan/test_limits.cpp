#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "catch.hpp"
#include "cost/layers.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/core/repetition.hpp"
#include "isoflop/cost/roofline.hpp"
#include "isoflop/cost/training_time.hpp"
#include "isoflop/plan/budget.hpp"
#include "requests.hpp"

namespace isoflop::testing::limits_test {
namespace {

constexpr double kRate = 3e14;  // FLOPs that count as a second, for budgets of a like size

/// GPU-seconds by the roofline of a card that nobody makes.
TrainingTime random_time(Random& random, const ModelShapeRule& shape) {
  TrainingSetup setup;
  setup.tokens = 4096.0 * std::round(std::exp(random.uniform(0.0, 3.0)));
  setup.expansion = 64.0;
  setup.activation = Activation::kGelu;
  const RooflinePeaks peaks{std::exp(random.uniform(33.0, 35.5)),
                            std::exp(random.uniform(27.5, 30.0))};
  setup.dense_flops_per_s = random.uniform(0.3, 1.0) * peaks.flops_per_s;
  const std::array layers{layer_of({.tokens = static_cast<std::uint64_t>(setup.tokens),
                                    .d_model = 512,
                                    .d_ff = 2048,
                                    .activation = Activation::kGelu})};
  return {CostSurface(RooflineTable(peaks, "", layers, {}).table(), {}), setup, shape, 1024.0};
}

/// A law with scattered coefficients, a cost, and some of the limits.
PlanProblem random_request(Random& random) {
  const bool dense = random.uniform() < 0.3;
  PlanProblem out =
      dense ? request_for("krajewski2024-dense", FlopAccounting::kSixNd) : moe_request();
  for (double& c : out.law.coefficients) c *= std::exp(0.3 * random.normal());
  auto sometimes = [&] { return random.uniform() < 0.4; };
  if (sometimes()) out.limits.inference_tokens = std::exp(random.uniform(20.0, 27.0));
  if (sometimes()) out.limits.max_n_active = std::exp(random.uniform(16.0, 24.0));
  if (sometimes()) out.limits.min_tokens = std::exp(random.uniform(20.0, 26.0));
  if (random.uniform() < 0.2) out.limits.tokens_per_active = std::exp(random.uniform(0.0, 6.0));
  if (sometimes()) {
    out.limits.max_bytes = std::exp(random.uniform(22.0, 29.0));
    out.limits.memory = {16.0 * (dense ? 1.0 : 43.0), 4096.0, dense ? 0.0 : 64.0 * 16.0, 1e5,
                         out.shape};
  }
  if (sometimes()) out.unique_tokens = std::exp(random.uniform(21.0, 26.0));
  const double cost = random.uniform();
  if (!dense && cost < 0.4) out.time.emplace(random_time(random, out.shape));
  if (!dense && cost > 0.8) {  // which puts no price on granularity
    out.accounting = FlopAccounting::kSixNd;
    out.search.search = GranularitySearch::kFixed;
    out.search.granularity = std::exp2(std::floor(random.uniform(0.0, 11.0)));
  }
  return out;
}

struct GridPoint {
  double loss = std::numeric_limits<double>::infinity(), n = 0.0, g = 0.0;
};

/// Tokens that a budget pays for, every rule written out once more.
double tokens_at(const PlanProblem& request, double budget, double n, double g) {
  const double width = std::cbrt(n * 64.0 / 12.0), served = request.limits.inference_tokens / 3.0;
  if (request.time) {
    return budget / std::exp(request.time->log_cost_per_token(std::log(n), std::log(g))) - served;
  }
  const double routing =
      request.accounting == FlopAccounting::kPaper ? 14.0 * 64.0 * g * width * width / 64.0 : 0.0;
  return budget / (6.0 * n + routing) - served;
}

bool keeps_to(const PlanProblem& request, double n, double d, double g) {
  const Limits& limits = request.limits;
  const double width = std::cbrt(n * 64.0 / 12.0);
  const double bytes = limits.memory.per_active * n +
                       (limits.memory.per_width_depth + limits.memory.router_width_depth * g) *
                           width * width / 64.0 +
                       limits.memory.per_width * width;
  return d >= 1.0 && n <= limits.max_n_active && d >= limits.min_tokens &&
         bytes <= limits.max_bytes;
}

/// The best point of a dense grid in ln N, laid between the neighbours of the best point of one ten
/// times as wide; where tokens per parameter are fixed, of the one size per granularity that has
/// them, by bisection.
GridPoint brute_force(const PlanProblem& request, double budget, double step) {
  const double ratio = request.limits.tokens_per_active;
  GridPoint best;
  auto consider = [&](double n, double g, GridPoint& found, double given_d = 0.0) {
    const double d = given_d > 0.0 ? given_d : tokens_at(request, budget, n, g);
    if (!keeps_to(request, n, d, g)) return;
    double worth = d;
    if (d > request.unique_tokens) {
      const double repeats = d / request.unique_tokens - 1.0;
      worth =
          request.unique_tokens * (1.0 + kTokenReuse * (1.0 - std::exp(-repeats / kTokenReuse)));
    }
    const double loss = loss_at(request, n, worth, g);
    if (loss < found.loss) found = {loss, n, g};
  };
  const double smallest = std::log(request.shape.smallest_n_active());
  const bool is_fixed = request.search.search == GranularitySearch::kFixed;
  for (double g = 1.0; g <= (has_granularity(request.law) ? 1024.0 : 1.0); g *= 2.0) {
    if (is_fixed && g != request.search.granularity) continue;
    if (ratio > 0.0) {
      double low = smallest, high = 45.0;
      for (int i = 0; i < 100; ++i) {
        const double n = std::exp(0.5 * (low + high));
        (tokens_at(request, budget, n, g) > ratio * n ? low : high) = std::log(n);
      }
      if (!(low > smallest)) continue;
      // A larger one than that is too dear; where it is too large, the largest that is not.
      auto fits = [&](double log_n) { return keeps_to(request, std::exp(log_n), 1e300, g); };
      if (fits(low)) {
        consider(std::exp(low), g, best);
        continue;
      }
      double below = smallest, above = low;
      for (int i = 0; i < 100; ++i) {
        const double middle = 0.5 * (below + above);
        (fits(middle) ? below : above) = middle;
      }
      consider(std::exp(below), g, best, ratio * std::exp(below));
    } else {
      GridPoint wide;
      for (double log_n = smallest; log_n < 45.0; log_n += 10.0 * step) {
        consider(std::exp(log_n), g, wide);
      }
      if (!std::isfinite(wide.loss)) continue;
      const double end = std::log(wide.n) + 10.0 * step;
      for (double log_n = std::max(smallest, end - 20.0 * step); log_n < end; log_n += step) {
        consider(std::exp(log_n), g, best);
      }
    }
  }
  return best;
}

TEST_CASE("Planner: limits leave the optimum that a dense grid finds on 200 random laws and costs",
          "[plan][identity]") {
  Random random(11);
  constexpr double kStep = 2e-3;
  int usable = 0, bound = 0, in_time = 0;
  for (int i = 0; i < 200; ++i) {
    PlanProblem request = random_request(random);
    double budget = std::exp(random.uniform(42.0, 57.0));
    if (request.time) budget /= kRate;
    in_time += request.time ? 1 : 0;
    const Plan plan = plan_at(request, budget);
    const GridPoint grid = brute_force(request, budget, kStep);
    CAPTURE(i, to_string(plan.status), plan.n_active, plan.granularity, grid.n, grid.g);
    if (!plan.usable()) {
      CHECK((plan.status == PlanStatus::kAtSearchEdge || !std::isfinite(grid.loss)));
      continue;
    }
    ++usable;
    bound += plan.binding.empty() ? 0 : 1;
    // A point of the grid lies within a step of any optimum; along the budget ln L changes by less
    // than its exponents (here below 0.4) times that, and where nothing binds by its square.
    // N and D are roots, good to 1e-10; the loss moves by a fraction of that.
    CHECK(plan.loss <= grid.loss * (1.0 + 3e-11));
    CHECK(plan.loss >= grid.loss * (1.0 - (plan.binding.empty() ? 1e-5 : 1.5 * kStep)));
  }
  CHECK(usable > 100);
  CHECK(in_time > 30);
  CHECK(bound > 50);
}

TEST_CASE("Planner: what G = 1 needs for the same loss keeps to the limits as well",
          "[plan][identity]") {
  const Plan free = plan_at(moe_request(), 1e21);
  PlanProblem request = moe_request(), coarse = moe_request_at(1.0);
  int reached = 0, out_of_reach = 0;
  // As many tokens per parameter as said, in models that grow only so far: a budget beyond that of
  // the largest gives no lower loss.
  for (const double largest : {1.1, 2.0, 4.0, 16.0}) {
    request.limits.tokens_per_active = free.d_tokens / free.n_active;
    request.limits.max_n_active = largest * free.n_active;
    coarse.limits = request.limits;
    const Plan plan = plan_at(request, 1e21);
    REQUIRE(plan.usable());
    REQUIRE(plan.coarse);
    const double extra = plan.coarse->extra_budget;
    const double most = 1e21 * largest * largest;  // N D, nearly
    CAPTURE(largest, extra);
    if (std::isfinite(extra)) {
      ++reached;
      CHECK(plan_at(coarse, 1e21 + extra).loss == Approx(plan.loss).epsilon(1e-9));
    } else {
      ++out_of_reach;
      CHECK(plan_at(coarse, 0.8 * most).loss > plan.loss);
    }
  }
  CHECK(reached > 0);
  CHECK(out_of_reach > 0);
}

TEST_CASE("Planner: a limit that does not bind changes no digit", "[plan][identity]") {
  const Plan free = plan_at(moe_request(), 1e21);
  PlanProblem request = moe_request();
  request.limits.max_n_active = 2.0 * free.n_active;
  request.limits.min_tokens = 0.5 * free.d_tokens;
  request.unique_tokens = 2.0 * free.d_tokens;
  const Plan plan = plan_at(request, 1e21);
  CHECK(plan.n_active == free.n_active);
  CHECK(plan.loss == free.loss);
  CHECK(plan.binding.empty());
}

TEST_CASE("Planner: a limit that binds is met exactly", "[plan][identity]") {
  const Plan free = plan_at(moe_request(), 1e21);
  SECTION("active parameters") {
    PlanProblem request = moe_request();
    request.limits.max_n_active = 0.25 * free.n_active;
    const Plan plan = plan_at(request, 1e21);
    CHECK(plan.n_active == Approx(0.25 * free.n_active).epsilon(1e-14));  // exp of a logarithm
    REQUIRE(plan.binding.size() == 1);
    CHECK(plan.binding[0].limit == Limit::kMaxActive);
  }
  SECTION("tokens") {
    PlanProblem request = moe_request();
    request.limits.min_tokens = 4.0 * free.d_tokens;
    const Plan plan = plan_at(request, 1e21);
    CHECK(plan.d_tokens == Approx(4.0 * free.d_tokens).epsilon(1e-12));  // the root's last digits
    REQUIRE(plan.binding.size() == 1);
    CHECK(plan.binding[0].limit == Limit::kMinTokens);
  }
  SECTION("tokens per active parameter") {
    PlanProblem request = moe_request();
    request.limits.tokens_per_active = 20.0;
    const Plan plan = plan_at(request, 1e21);
    CHECK(plan.tokens_per_active_parameter() == Approx(20.0).epsilon(1e-12));
    REQUIRE(plan.binding.size() == 1);
    CHECK(plan.binding[0].limit == Limit::kTokensPerActive);
  }
}

TEST_CASE("Planner: served tokens make the model smaller and leave less to train it",
          "[plan][identity]") {
  // Sardana et al. 2023: 6 N D + 2 N D_served at 6ND.
  PlanProblem request = request_for("besiroglu2024", FlopAccounting::kSixNd);
  const Plan free = plan_at(request, 1e22);
  request.limits.inference_tokens = 2.0 * free.d_tokens;
  const Plan plan = plan_at(request, 1e22);
  CHECK(plan.n_active < free.n_active);
  CHECK(6.0 * plan.n_active * plan.d_tokens +
            2.0 * plan.n_active * request.limits.inference_tokens ==
        Approx(1e22).epsilon(1e-12));
}

TEST_CASE("Planner: the price of a limit is what a slightly looser one gains",
          "[plan][derivative]") {
  PlanProblem request = moe_request();
  request.limits.max_n_active = 5e8;
  const Plan plan = plan_at(request, 1e21);
  REQUIRE(plan.binding.size() == 1);
  const double more = 1e-3 * request.limits.max_n_active;
  request.limits.max_n_active += more;
  const Plan looser = plan_at(request, 1e21);
  // The curvature of the loss over a step of 1e-3.
  CHECK(plan.binding[0].loss_per_unit * more == Approx(plan.loss - looser.loss).epsilon(2e-3));
  request.limits.max_n_active -= more;
  const Plan richer = plan_at(request, 1e21 + plan.binding[0].budget_per_unit * more);
  CHECK(richer.loss == Approx(looser.loss).epsilon(1e-7));
}

TEST_CASE("Planner: limits that leave no model say which one and how far off it is",
          "[plan][refusal]") {
  // What is said to be enough leaves the smallest model, and a little less leaves none.
  auto check = [](PlanProblem request, Limit limit, double looser) {
    const Plan plan = plan_at(request, 1e21);
    REQUIRE(plan.status == PlanStatus::kInfeasible);
    CHECK(plan.broken.limit == limit);
    double& value = *request.limits.value(limit);
    value = plan.broken.enough * (1.0 + 1e-6 * looser);
    CHECK(plan_at(request, 1e21).status != PlanStatus::kInfeasible);
    value = plan.broken.enough * (1.0 - 1e-6 * looser);
    CHECK(plan_at(request, 1e21).status == PlanStatus::kInfeasible);
  };
  PlanProblem request = moe_request();
  request.limits.max_n_active = 1000.0;
  check(request, Limit::kMaxActive, 1.0);
  request = moe_request();
  request.limits.min_tokens = 1e18;
  check(request, Limit::kMinTokens, -1.0);
  request = moe_request();
  request.limits.max_bytes = 1e5;
  request.limits.memory = {16.0 * 43.0, 0.0, 0.0, 0.0, request.shape};
  check(request, Limit::kMemory, 1.0);
  request = moe_request();
  request.limits.tokens_per_active = 1e12;
  check(request, Limit::kTokensPerActive, -1.0);
  request.limits.tokens_per_active = 20.0;
  request.limits.max_n_active = 1e9;
  request.limits.min_tokens = 3e10;
  check(request, Limit::kMinTokens, -1.0);
}

TEST_CASE("Planner: with so many tokens per parameter a larger budget never gives a higher loss",
          "[plan][identity]") {
  PlanProblem request = moe_request();
  request.limits.tokens_per_active = 100.0;
  request.limits.max_n_active = 1e9;
  double last = std::numeric_limits<double>::infinity();
  for (double budget = 1e20; budget < 3e21; budget *= 1.1) {
    CAPTURE(budget);
    const Plan plan = plan_at(request, budget);
    REQUIRE(plan.usable());
    CHECK(plan.loss <= last);
    CHECK(plan.n_active <= 1e9 * (1.0 + 1e-12));
    CHECK(plan.tokens_per_active_parameter() == Approx(100.0).epsilon(1e-12));
    const double spent =
        budget / tokens_at(request, budget, plan.n_active, plan.granularity) * plan.d_tokens;
    CHECK(spent <= budget * (1.0 + 1e-9));
    CHECK((spent < 0.99 * budget) == !plan.note.empty());
    last = plan.loss;
  }
  // Every granularity: the best one is where the cap and the budget meet.
  request.search.search = GranularitySearch::kContinuous;
  const Plan free = plan_at(request, 1e21);
  for (double g = 1.0; g < 1000.0; g *= 1.02) {
    PlanProblem at = request;
    at.search = {.search = GranularitySearch::kFixed, .granularity = g};
    CAPTURE(g);
    CHECK(free.loss <= plan_at(at, 1e21).loss * (1.0 + 1e-9));
  }
}

TEST_CASE("budgets_for: with so many tokens per parameter the least budget is found",
          "[plan][identity]") {
  // Of a dense law the run that has the loss is on one line, and its cost is known.
  PlanProblem request = request_for("hoffmann2022", FlopAccounting::kSixNd);
  auto cost_of = [&](double loss, double ratio, double served) {
    double low = 10.0, high = 30.0;
    for (int i = 0; i < 100; ++i) {
      const double n = std::exp(0.5 * (low + high));
      (loss_at(request, n, ratio * n, 1.0) > loss ? low : high) = std::log(n);
    }
    const double n = std::exp(high);
    return 6.0 * n * ratio * n + 2.0 * n * served;
  };
  request.limits.tokens_per_active = 20.0;
  request.limits.max_n_active = 1e9;
  for (const double loss : {2.9, 2.65, 2.6, 2.585}) {
    CAPTURE(loss);
    const auto found = budgets_for(request, {loss});
    REQUIRE(found.at(0));
    CHECK(*found[0] == Approx(cost_of(loss, 20.0, 0.0)).epsilon(1e-9));
  }
  CHECK_FALSE(budgets_for(request, {2.57}).at(0));  // the largest model has 2.58
  request.limits.max_n_active = Limits::kFree;
  request.limits.tokens_per_active = 100.0;
  request.limits.inference_tokens = 1e12;
  for (const double loss : {2.4, 2.46, 2.49, 2.5, 2.51, 2.6}) {
    CAPTURE(loss);
    const auto found = budgets_for(request, {loss});
    REQUIRE(found.at(0));
    CHECK(*found[0] == Approx(cost_of(loss, 100.0, 1e12)).epsilon(1e-9));
  }
  // At least so many tokens: a loss that less would reach takes the least run that has them.
  request.limits.inference_tokens = 0.0;
  request.limits.min_tokens = 1e10;
  CHECK(*budgets_for(request, {5.0}).at(0) == Approx(6.0 * 1e8 * 1e10).epsilon(1e-9));
}

}  // namespace
}  // namespace isoflop::testing::limits_test
