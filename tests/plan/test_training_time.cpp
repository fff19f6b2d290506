#include <cmath>
#include <limits>

#include "catch.hpp"
#include "cost/layers.hpp"
#include "cost/planted_table.hpp"
#include "isoflop/cost/gpus.hpp"
#include "isoflop/cost/paper_flops.hpp"
#include "isoflop/cost/training_time.hpp"
#include "requests.hpp"

namespace isoflop::testing::training_time_test {
namespace {

using Catch::Matchers::ContainsSubstring;

constexpr double kRate = 3e14;
// The paper's d_ff = 4 d with two matrices.
TrainingSetup setup() {
  TrainingSetup out;
  out.expansion = 64.0;
  out.activation = Activation::kGelu;
  out.dense_flops_per_s = kRate;
  return out;
}

CostSurface roofline_surface(double tokens = 16384.0) {
  std::vector<MoeLayer> layers;
  for (const std::uint64_t g : {1, 8}) {
    layers.push_back(layer_of({.tokens = static_cast<std::uint64_t>(tokens),
                               .d_model = 384,
                               .d_ff = 1536,
                               .granularity = g,
                               .activation = Activation::kGelu}));
  }
  const GpuSpec& gpu = find_gpu("a100-80gb");
  return {RooflineTable({gpu.flops_per_s, gpu.bytes_per_s}, gpu.name, layers, {}).table(), {}};
}

/// Layers that take what the paper's FLOPs take at kRate: T (8 d^2 c_f + d E G c_r) / P.
double paper_layer_s(const MoeLayer& layer) {
  const auto d = static_cast<double>(layer.d_model);
  return static_cast<double>(layer.tokens) *
         (8.0 * d * d * 6.0 + d * static_cast<double>(layer.experts.num_experts) * 14.0) / kRate;
}

CostSurface paper_surface(double* low = nullptr) {
  std::vector<CostRow> rows;
  for (std::uint64_t d = 256; d <= 8192; d *= 2) {
    for (std::uint64_t g = 1; g <= 64; g *= 2) {
      const MoeLayer layer = layer_of(
          {.d_model = d, .d_ff = 4 * d, .granularity = g, .activation = Activation::kGelu});
      rows.push_back(planted_row(layer, Pass::kBoth, Stage::kWhole, paper_layer_s(layer)));
    }
  }
  if (low != nullptr) *low = 256.0;
  return {planted_table(rows).table(), {}};
}

TEST_CASE("training_time: layers at the rate of the paper's FLOPs give the paper's FLOPs",
          "[cost][identity]") {
  const CostSurface surface = paper_surface();
  const ModelShapeRule shape;
  const PaperFlops flops(64.0, 6.0, 14.0, shape);
  for (const double d : {256.0, 1024.0, 4096.0}) {
    for (const double g : {1.0, 8.0, 64.0}) {
      const double n = 12.0 * d * d * d / 64.0;
      // Eq. 11 over the rate; the table holds these layers, so that nothing is interpolated.
      CHECK(training_time(surface, setup(), shape, n, g).time_s ==
            Approx(std::exp(flops.log_cost_per_token(std::log(n), std::log(g))) / kRate)
                .epsilon(1e-9));
    }
  }
}

TEST_CASE("training_time: experts shared by GPUs send their rows", "[cost][identity]") {
  const CostSurface surface = roofline_surface();
  const ModelShapeRule shape;
  const double n = 12.0 * 384.0 * 384.0 * 6.0;
  TrainingSetup alone = setup(), shared = setup();
  shared.expert_parallel = 8.0;
  const double free = training_time(surface, shared, shape, n, 4.0).time_s;
  shared.all_to_all_bytes_per_s = 5e10;
  shared.all_to_all_latency_s = 2e-5;
  // Six blocks, four exchanges: of 2e-5 s for 16384 tokens, and of 4 rows of 384 numbers of 2 bytes
  // of which 7 in 8 leave the GPU.
  const double exchanges = 6.0 * 4.0 * (2e-5 / 16384.0 + 4.0 * 384.0 * 2.0 * (7.0 / 8.0) / 5e10);
  CHECK(training_time(surface, shared, shape, n, 4.0).time_s ==
        Approx(free + exchanges).epsilon(1e-12));
  alone.all_to_all_latency_s = 1.0;  // says nothing to one GPU
  CHECK(training_time(surface, alone, shape, n, 4.0).time_s ==
        training_time(surface, setup(), shape, n, 4.0).time_s);
}

TEST_CASE("TrainingTime: its table is the time it was made from", "[cost][identity]") {
  const CostSurface surface = roofline_surface();
  const ModelShapeRule shape;
  const TrainingTime cost(surface, setup(), shape, 64.0);
  for (double log_n = 13.0; log_n < 30.0; log_n += 0.37) {
    for (const double g : {1.0, 2.0, 16.0, 64.0}) {
      CAPTURE(log_n, g);
      const double exact = training_time(surface, setup(), shape, std::exp(log_n), g).time_s;
      // A roofline has corners, where a stage begins to be bound by arithmetic; a curve through
      // eight points per e-fold rounds them off.
      CHECK(std::exp(cost.log_cost_per_token(log_n, std::log(g))) == Approx(exact).epsilon(2e-3));
    }
  }
}

TEST_CASE("TrainingTime: says which layers lie beyond those that were measured",
          "[cost][identity]") {
  const ModelShapeRule shape;
  const TrainingTime cost(paper_surface(), setup(), shape, 256.0);
  auto log_n_of = [&](double d_model) {  // N grows with the third power of d
    const double ratio = d_model / shape.d_model(1e9);
    return std::log(1e9) + 3.0 * std::log(ratio);
  };
  REQUIRE(shape.d_model(std::exp(log_n_of(1000.0))) == Approx(1000.0));
  for (const double g : {1.0, 8.0, 20.0, 64.0}) {
    CAPTURE(g);
    CHECK_FALSE(cost.is_extrapolated(log_n_of(300.0), std::log(g)));
    CHECK_FALSE(cost.is_extrapolated(log_n_of(7000.0), std::log(g)));
    CHECK(cost.is_extrapolated(log_n_of(200.0), std::log(g)));
    CHECK(cost.is_extrapolated(log_n_of(10000.0), std::log(g)));
  }
  CHECK(cost.is_extrapolated(log_n_of(1000.0), std::log(128.0)));
  CHECK(cost.is_extrapolated(log_n_of(1000.0), std::log(100.0)));

  const TrainingTime model(roofline_surface(), setup(), shape, 256.0);
  CHECK_FALSE(model.is_extrapolated(log_n_of(50000.0), std::log(256.0)));
}

TEST_CASE("TrainingTime: derivatives agree with differences", "[cost][derivative]") {
  const TrainingTime cost(roofline_surface(), setup(), {}, 64.0);
  constexpr double kStep = 1e-6;
  for (const double n : {14.1, 17.3, 22.22}) {
    const double g = std::log(11.0);
    auto at = [&](double x, double y) { return cost.log_cost_per_token(x, y); };
    CHECK(cost.log_cost_per_token(dual_parameter<0, 1>(n), g).first<0>() ==
          Approx((at(n + kStep, g) - at(n - kStep, g)) / (2.0 * kStep)).epsilon(1e-6));
    CHECK(cost.log_cost_per_token(n, dual_parameter<0, 1>(g)).first<0>() ==
          Approx((at(n, g + kStep) - at(n, g - kStep)) / (2.0 * kStep)).epsilon(1e-6));
  }
}

TEST_CASE("Planner: in time no size and granularity of a dense grid does better",
          "[plan][identity]") {
  for (const double tokens : {8192.0, 65536.0}) {
    PlanProblem request = moe_request();
    TrainingSetup train = setup();
    train.tokens = tokens;
    const CostSurface surface = roofline_surface(tokens);
    request.time.emplace(surface, train, request.shape, 64.0);
    request.search.max_granularity = 128.0;
    for (const double gpu_hours : {100.0, 1e5}) {
      const double budget_s = 3600.0 * gpu_hours;
      const Plan plan = plan_at(request, budget_s);
      CAPTURE(tokens, gpu_hours, to_string(plan.status), plan.granularity);
      REQUIRE(plan.usable());
      double best = std::numeric_limits<double>::infinity();
      for (double g = 1.0; g <= 64.0; g *= 2.0) {
        for (double log_n = 14.0; log_n < 27.0; log_n += 2e-3) {
          const double d =
              budget_s / std::exp(request.time->log_cost_per_token(log_n, std::log(g)));
          if (d >= 1.0) best = std::min(best, loss_at(request, std::exp(log_n), d, g));
        }
      }
      CHECK(plan.loss <= best * (1.0 + 1e-12));
      CHECK(plan.loss == Approx(best).epsilon(1e-6));  // the step of the grid, squared
    }
  }
}

TEST_CASE("Planner: in time a continuous granularity does no worse than any between",
          "[plan][identity]") {
  PlanProblem request = moe_request();
  const CostSurface surface = roofline_surface();
  request.time.emplace(surface, setup(), request.shape, 64.0);
  for (const double gpu_hours : {10.0, 100.0, 1000.0, 1e4}) {
    CAPTURE(gpu_hours);
    request.search = {.search = GranularitySearch::kContinuous, .max_granularity = 64.0};
    const Plan best = plan_at(request, 3600.0 * gpu_hours);
    REQUIRE(best.usable());
    request.search.search = GranularitySearch::kFixed;
    for (double log_g = 0.0; log_g < std::log(64.0); log_g += 0.05) {
      request.search.granularity = std::exp(log_g);
      CHECK(best.loss <= plan_at(request, 3600.0 * gpu_hours).loss * (1.0 + 1e-9));
    }
    request.search = {.max_granularity = 64.0};
    CHECK(best.loss <= plan_at(request, 3600.0 * gpu_hours).loss * (1.0 + 1e-12));
  }
}

TEST_CASE("Planner: layers at the rate of the paper's FLOPs are planned as those FLOPs",
          "[plan][identity]") {
  PlanProblem timed = moe_request();
  timed.time.emplace(paper_surface(), setup(), timed.shape, 64.0);
  timed.search.max_granularity = 128.0;
  for (const double flops : {1e20, 1e22}) {
    const Plan by_time = plan_at(timed, flops / kRate), by_flops = plan_at(moe_request(), flops);
    REQUIRE(by_time.usable());
    CHECK(by_time.granularity == by_flops.granularity);
    // Between widths a factor of two apart times are interpolated; the valley is flat.
    CHECK(by_time.n_active == Approx(by_flops.n_active).epsilon(0.05));
    CHECK(by_time.loss == Approx(by_flops.loss).epsilon(1e-4));
  }
}

TEST_CASE("TrainingTime: a setup without a meaning is refused", "[cost][refusal]") {
  const CostSurface surface = roofline_surface();
  TrainingSetup none = setup();
  none.dense_flops_per_s = 0.0;
  CHECK_THROWS_WITH(TrainingTime(surface, none, {}, 8.0), ContainsSubstring("dense rate"));
  TrainingSetup wide = setup();
  wide.expert_parallel = 128.0;
  CHECK_THROWS_WITH(TrainingTime(surface, wide, {}, 8.0), ContainsSubstring("1 to E GPUs"));
}

}  // namespace
}  // namespace isoflop::testing::training_time_test
