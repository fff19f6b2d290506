#include <array>
#include <cstdint>
#include <vector>

#include "catch.hpp"
#include "isoflop/cost/moe_work.hpp"
#include "layers.hpp"

namespace isoflop::moe_work_test {
namespace {

using testing::layer_of;
using testing::LayerRates;

// Sums and products of whole numbers below 2^53, so only divisions round.
constexpr double kRounding = 1e-14;

StageWork work_of(const MoeLayer& layer, Pass pass, Stage stage = Stage::kWhole,
                  const WorkOptions& options = {}) {
  const LayerSize size = size_of(layer);
  return pass_work(size, balanced_rows(size), pass, stage, options);
}

TEST_CASE("stage_work: every stage of a layer with small numbers is counted by hand",
          "[cost][identity]") {
  // T 8, d 16, E' 4, n 24, K 2, u 2, hence R 16; 2 bytes per element.
  const MoeLayer layer{.tokens = 8, .d_model = 16, .experts = {48, 4, 24, 2}};
  struct Case {
    Stage stage;
    double flops, weight_bytes, activation_bytes;
  };
  const std::array<Case, 17> cases{{
      {Stage::kRouter, 2 * 8 * 16 * 4, 2 * 16 * 4, 2 * 8 * 16 + 4 * 8 * 4},
      {Stage::kTopK, 0, 0, 4 * 8 * 4 + 8 * 8 * 2},
      {Stage::kPermute, 0, 0, 2 * (8 * 16 + 16 * 16)},
      {Stage::kUp, 2 * 16 * 16 * 48, 2 * 4 * 16 * 48, 2 * (16 * 16 + 16 * 48)},
      {Stage::kActivation, 0, 0, 2 * (16 * 48 + 16 * 24)},
      {Stage::kDown, 2 * 16 * 16 * 24, 2 * 4 * 16 * 24, 2 * (16 * 24 + 16 * 16)},
      {Stage::kCombine, 0, 0, 2 * (16 * 16 + 8 * 16)},
      {Stage::kCombineBackward, 0, 0, 2 * (8 * 16 + 16 * 16 + 16 * 16)},
      {Stage::kDownDgrad, 2 * 16 * 16 * 24, 2 * 4 * 16 * 24, 2 * (16 * 24 + 16 * 16)},
      {Stage::kDownWgrad, 2 * 16 * 16 * 24, 2 * 4 * 16 * 24, 2 * (16 * 24 + 16 * 16)},
      {Stage::kActivationBackward, 0, 0, 2 * (16 * 24 + 16 * 48 + 16 * 48)},
      {Stage::kUpDgrad, 2 * 16 * 16 * 48, 2 * 4 * 16 * 48, 2 * (16 * 16 + 16 * 48)},
      {Stage::kUpWgrad, 2 * 16 * 16 * 48, 2 * 4 * 16 * 48, 2 * (16 * 16 + 16 * 48)},
      {Stage::kPermuteBackward, 0, 0, 2 * (16 * 16 + 8 * 16)},
      {Stage::kTopKBackward, 0, 0, 8 * 8 * 4 + 8 * 8 * 2},
      // dX is read as well as written: the router's part is added to that of the experts.
      {Stage::kRouterDgrad, 2 * 8 * 16 * 4, 2 * 16 * 4, 4 * 8 * 4 + 2 * (8 * 16 + 8 * 16)},
      {Stage::kRouterWgrad, 2 * 8 * 16 * 4, 2 * 16 * 4, 4 * 8 * 4 + 2 * 8 * 16},
  }};
  for (const Case& expected : cases) {
    INFO(to_string(expected.stage));
    const StageWork work = work_of(layer, Pass::kBoth, expected.stage);
    CHECK(work.model_flops == expected.flops);
    CHECK(work.executed_flops == expected.flops);
    CHECK(work.weight_bytes == expected.weight_bytes);
    CHECK(work.activation_bytes == expected.activation_bytes);
  }
}

TEST_CASE("stage_work: a product does the traffic of the stages whose work is part of it",
          "[cost][identity]") {
  // T 8, d 16, E' 4, n 24, K 2, u 2, hence R 16; 2 bytes per element.
  const MoeLayer layer{.tokens = 8, .d_model = 16, .experts = {48, 4, 24, 2}};
  constexpr double kX = 8 * 16, kRows = 16 * 16, kH = 16 * 48, kA = 16 * 24;
  struct Case {
    Fusion fused;
    Stage stage;
    double elements;
  };
  const Fusion gather{.gather = true}, activation{.activation = true};
  const Fusion combination{.activation = true, .combination = true};
  for (const Case& x : {Case{gather, Stage::kPermute, 0},
                        {gather, Stage::kUp, kX + kH},
                        {gather, Stage::kUpWgrad, kX + kH},
                        {gather, Stage::kDownDgrad, kRows + kA},
                        {gather, Stage::kCombineBackward, kX + 2 * kRows},
                        {activation, Stage::kActivation, 0},
                        {activation, Stage::kActivationBackward, 0},
                        {activation, Stage::kUp, kRows + kH + kA},
                        {activation, Stage::kDownDgrad, kRows + kH + kH},
                        {activation, Stage::kDownWgrad, kRows + kA},
                        {combination, Stage::kDown, kRows + kA},
                        {combination, Stage::kCombine, kX + kRows},
                        {combination, Stage::kCombineBackward, kX + kRows},
                        {combination, Stage::kDownDgrad, kRows + kH + kH + kA},
                        {kAllFused, Stage::kCombineBackward, 0},
                        {kAllFused, Stage::kDownDgrad, kX + kH + kH + kA},
                        {kAllFused, Stage::kDownWgrad, kX + kA},
                        {kAllFused, Stage::kUpDgrad, kRows + kH}}) {
    INFO(to_string(x.stage));
    const WorkOptions options{.fused = x.fused};
    const StageWork work = work_of(layer, Pass::kBoth, x.stage, options);
    CHECK(work.activation_bytes == 2 * x.elements);
    const StageWork plain = work_of(layer, Pass::kBoth, x.stage);
    CHECK(work.model_flops == plain.model_flops);
    CHECK(work.weight_bytes == plain.weight_bytes);
  }
}

TEST_CASE("pass_work: fusing everything saves seven transfers of rows and three of A",
          "[cost][identity]") {
  const MoeLayer layer = layer_of({.granularity = 8});
  const double saved = work_of(layer, Pass::kBoth).bytes() -
                       work_of(layer, Pass::kBoth, Stage::kWhole, {.fused = kAllFused}).bytes();
  const double x = static_cast<double>(layer.tokens * layer.d_model);
  const double rows = static_cast<double>(layer.num_rows() * layer.d_model);
  const double a = static_cast<double>(layer.num_rows() * layer.experts.expert_width);
  // X and dOut are read by two stages each in place of one.
  CHECK(saved == Approx(2.0 * (7.0 * rows - 2.0 * x + 3.0 * a)).epsilon(kRounding));
}

TEST_CASE("expert_flops: 6 T K d n forward for SwiGLU and 4 without a gate", "[cost][identity]") {
  const MoeLayer swiglu = layer_of({.granularity = 8});
  const double product = 16384.0 * 8 * 2048 * 1024;
  CHECK(expert_flops(size_of(swiglu), Pass::kForward) == 6.0 * product);
  CHECK(expert_flops(size_of(swiglu), Pass::kBackward) == 12.0 * product);
  const MoeLayer plain = layer_of({.granularity = 8, .activation = Activation::kGelu});
  CHECK(expert_flops(size_of(plain), Pass::kForward) == 4.0 * product);
  CHECK(expert_flops(size_of(plain), Pass::kBoth) == 12.0 * product);
}

TEST_CASE("pass_work: FLOPs of a pass are those of the experts and three of the router",
          "[cost][identity]") {
  for (const Activation activation : {Activation::kSwiGlu, Activation::kRelu}) {
    const MoeLayer layer = layer_of({.granularity = 4, .activation = activation});
    const LayerSize size = size_of(layer);
    const double router = 2.0 * 16384 * 2048 * 256;
    CHECK(work_of(layer, Pass::kForward).model_flops ==
          expert_flops(size, Pass::kForward) + router);
    CHECK(work_of(layer, Pass::kBackward).model_flops ==
          expert_flops(size, Pass::kBackward) + 2.0 * router);
    CHECK(work_of(layer, Pass::kBoth).model_flops ==
          expert_flops(size, Pass::kBoth) + 3.0 * router);
  }
}

TEST_CASE("size_of: R n and the rows per expert do not depend on granularity", "[cost][identity]") {
  for (const std::uint64_t k0 : {1, 2}) {
    for (const std::uint64_t granularity : {1, 2, 8, 64}) {
      const LayerSize size = size_of(layer_of({.granularity = granularity, .k0 = k0}));
      CHECK(size.num_rows() * size.expert_width == 16384.0 * static_cast<double>(k0) * 8192.0);
      CHECK(size.rows_per_expert() == 16384.0 * static_cast<double>(k0) / 64.0);
    }
  }
}

TEST_CASE("stage_work: intensity with SwiGLU fused is 3 over 2/n + 3/T_e + 2/d",
          "[cost][identity]") {
  for (const std::uint64_t granularity : {1, 8, 32}) {
    const MoeLayer layer = layer_of({.granularity = granularity});
    const LayerSize size = size_of(layer);
    const double n = size.expert_width, d = size.d_model, t_e = size.rows_per_expert();
    const StageWork up = work_of(layer, Pass::kForward, Stage::kUp);
    const StageWork down = work_of(layer, Pass::kForward, Stage::kDown);
    // Fused, the up projection writes what is behind the gate: R n instead of 2 R n elements.
    const double bytes = up.bytes() - 2.0 * size.num_rows() * n + down.bytes();
    CHECK((up.model_flops + down.model_flops) / bytes ==
          Approx(3.0 / (2.0 / n + 3.0 / t_e + 2.0 / d)).epsilon(kRounding));
  }
}

TEST_CASE("pass_work: forward moves the rows in four transfers and backward in seven",
          "[cost][identity]") {
  // Two layers that differ by granularity alone: what else moves does not depend on it but for the
  // router, whose logits and weights are taken out.
  for (const auto& [pass, transfers] : {std::pair{Pass::kForward, 4.0}, {Pass::kBackward, 7.0}}) {
    auto without_router = [pass = pass](std::uint64_t granularity) {
      const MoeLayer layer = layer_of({.granularity = granularity});
      double bytes = work_of(layer, pass).bytes();
      for (const Stage stage : {Stage::kRouter, Stage::kTopK, Stage::kTopKBackward,
                                Stage::kRouterDgrad, Stage::kRouterWgrad}) {
        const bool mine = pass == Pass::kForward ? is_forward(stage) : is_backward(stage);
        if (mine) bytes -= work_of(layer, pass, stage).bytes();
      }
      return bytes;
    };
    CHECK(without_router(8) - without_router(1) == transfers * 2.0 * (8 - 1) * 16384 * 2048);
  }
}

TEST_CASE("counted_rows: each expert's rows are rounded up to whole tiles", "[cost][identity]") {
  const std::vector<std::int32_t> counts{0, 1, 128, 129, 300};
  const ExpertRows rows = counted_rows(counts);
  CHECK(rows.routed == 558.0);
  CHECK(rows.padded == 0.0 + 128 + 128 + 256 + 384);
  CHECK(rows.executed == rows.routed);
}

TEST_CASE("stage_work: the three FLOP columns go by their own rows", "[cost][identity]") {
  const LayerSize size = size_of(layer_of({}));
  const StageWork work =
      stage_work(size, {.routed = 100, .padded = 256, .executed = 320}, Stage::kDownWgrad);
  CHECK(work.model_flops == 100 * 2.0 * 2048 * 8192);
  CHECK(work.padded_flops == 256 * 2.0 * 2048 * 8192);
  CHECK(work.executed_flops == 320 * 2.0 * 2048 * 8192);
}

TEST_CASE("stage_work: sizes of elements scale the traffic they belong to", "[cost][identity]") {
  const MoeLayer layer = layer_of({.granularity = 2});
  auto bytes = [&](Stage stage, const WorkOptions& options) {
    return work_of(layer, Pass::kBackward, stage, options).bytes();
  };
  const double logits = 16384.0 * 128, tokens = 16384.0 * 2048, router = 2048.0 * 128;
  const double weights = 128.0 * 2048 * 4096;
  const WorkOptions plain;
  CHECK(bytes(Stage::kDownWgrad, {.weight_gradient_bytes = 4.0}) ==
        bytes(Stage::kDownWgrad, plain) + 2.0 * weights);
  CHECK(bytes(Stage::kDownDgrad, {.weight_gradient_bytes = 4.0}) ==
        bytes(Stage::kDownDgrad, plain));
  CHECK(bytes(Stage::kRouterWgrad, {.weight_gradient_bytes = 4.0}) ==
        bytes(Stage::kRouterWgrad, plain) + 2.0 * router);
  CHECK(bytes(Stage::kTopKBackward, {.logit_gradient_bytes = 2.0}) ==
        bytes(Stage::kTopKBackward, plain) - 2.0 * logits);
  CHECK(bytes(Stage::kRouterDgrad, {.dx_sum_transfers = 3.0}) ==
        bytes(Stage::kRouterDgrad, plain) + 2.0 * 2.0 * tokens);
}

TEST_CASE("stages_of: forward and backward together are both", "[cost][identity]") {
  CHECK(stages_of(Pass::kForward).size() == 7);
  CHECK(stages_of(Pass::kBackward).size() == 10);
  CHECK(stages_of(Pass::kBoth).size() == 17);
  for (const Stage stage : stages_of(Pass::kForward)) CHECK(is_forward(stage));
  for (const Stage stage : stages_of(Pass::kBackward)) CHECK(is_backward(stage));
}

TEST_CASE("stage_work: the whole layer is refused as a stage", "[cost][refusal]") {
  const LayerSize size = size_of(layer_of({}));
  CHECK_THROWS_AS(stage_work(size, balanced_rows(size), Stage::kWhole), InvalidArgument);
}

}  // namespace
}  // namespace isoflop::moe_work_test
