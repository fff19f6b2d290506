#include <array>
#include <cmath>
#include <utility>

#include "catch.hpp"
#include "isoflop/cost/gpus.hpp"
#include "isoflop/cost/roofline.hpp"
#include "layers.hpp"
#include "within.hpp"

namespace isoflop::roofline_test {
namespace {

using testing::layer_of;
using testing::LayerRates;
using testing::within;

constexpr RooflinePeaks kH200{989e12, 4.8e12};

/// Useful FLOPs, those of the experts, over what the card could have done in the time of both
/// passes.
double ideal_efficiency(const LayerRates& rates) {
  const LayerSize size = size_of(layer_of(rates));
  return expert_flops(size, Pass::kBoth) /
         (kH200.flops_per_s * roofline_s(size, Pass::kBoth, Stage::kWhole, kH200));
}

TEST_CASE("roofline_s: the slower of arithmetic and traffic is the time of a stage",
          "[cost][identity]") {
  const StageWork work{.model_flops = 6e12, .weight_bytes = 1e9, .activation_bytes = 2e9};
  CHECK(roofline_s(work, {3e12, 1e9}) == 3.0);
  CHECK(roofline_s(work, {1e12, 1e9}) == 6.0);
}

TEST_CASE("roofline_s: the whole is the sum of its stages and both is forward and backward",
          "[cost][identity]") {
  const LayerSize size = size_of(layer_of({.granularity = 16}));
  double sum = 0.0;
  for (const Stage stage : stages_of(Pass::kBoth)) {
    sum += roofline_s(size, Pass::kBoth, stage, kH200);
  }
  // 17 additions.
  CHECK(roofline_s(size, Pass::kBoth, Stage::kWhole, kH200) == Approx(sum).epsilon(1e-15 * 17));
  CHECK(roofline_s(size, Pass::kForward, Stage::kWhole, kH200) +
            roofline_s(size, Pass::kBackward, Stage::kWhole, kH200) ==
        Approx(sum).epsilon(1e-15 * 17));
}

TEST_CASE("roofline_s: finer experts cost an unfused layer most of an H200", "[cost][identity]") {
  // Two digits of the same arithmetic done apart from this program.
  struct Case {
    std::uint64_t granularity;
    double efficiency;
  };
  for (const Case& c : {Case{1, .89}, {8, .82}, {32, .64}, {64, .44}}) {
    CHECK(ideal_efficiency({.expansion = 8, .granularity = c.granularity}) ==
          within(c.efficiency, 0.005));
  }
  for (const Case& c : {Case{1, .75}, {8, .49}, {16, .35}, {64, .13}}) {
    CHECK(ideal_efficiency({.d_model = 1024,
                            .d_ff = 4096,
                            .expansion = 64,
                            .granularity = c.granularity,
                            .activation = Activation::kGelu}) == within(c.efficiency, 0.005));
  }
}

TEST_CASE("RooflineTable: passes and stages of every layer are there and nothing is measured",
          "[cost][identity]") {
  const std::array layers{layer_of({.granularity = 1}), layer_of({.granularity = 8})};
  CostEnvironment environment;
  environment.date = "2026-01-01T00:00:00Z";
  environment.gpu_name = "a card that nobody asked";
  const RooflineTable roofline(kH200, "h200", layers, environment);
  const CostTable& table = roofline.table();
  CHECK(table.source == CostSource::kRoofline);
  CHECK(table.environment.date == environment.date);
  CHECK(table.environment.gpu_name.empty());
  CHECK(table.peaks.spec_of == "h200");
  CHECK(std::isnan(table.peaks.gemm_flops_per_s));
  REQUIRE(table.rows.size() == 2 * (8 + 11 + 18));
  for (const CostRow& row : table.rows) {
    CHECK(row.backend == "roofline");
    CHECK(row.samples_s.empty());
    CHECK(row.time_s > 0.0);
  }
}

TEST_CASE("RooflineTable: a layer that cannot be run and peaks of nothing are refused",
          "[cost][refusal]") {
  const std::array<MoeLayer, 1> bad{layer_of({.d_ff = 8196})};
  CHECK_THROWS_AS(RooflineTable(kH200, "", bad, {}), InvalidArgument);
  CHECK_THROWS_AS(RooflineTable({0.0, 1e12}, "", {}, {}), InvalidArgument);
  CHECK_THROWS_AS(RooflineTable({1e15, std::nan("")}, "", {}, {}), InvalidArgument);
}

TEST_CASE("find_gpu: datasheet rates are dense and in FLOP and bytes per second",
          "[cost][published]") {
  // Without sparsity; the datasheets of the H100 and H200 print twice as much, with it.
  struct Case {
    const char* name;
    double flops, bytes, memory;
  };
  for (const Case& c : {Case{"a100-40gb", 312e12, 1.555e12, 40e9},
                        {"a100-80gb", 312e12, 2.039e12, 80e9},
                        {"h100-sxm", 989.4e12, 3.35e12, 80e9},
                        {"h100-pcie", 756e12, 2e12, 80e9},
                        {"h200", 989.4e12, 4.8e12, 141e9},
                        {"b200", 2250e12, 8e12, 180e9}}) {
    const GpuSpec& gpu = find_gpu(c.name);
    CHECK(gpu.flops_per_s == c.flops);
    CHECK(gpu.bytes_per_s == c.bytes);
    CHECK(static_cast<double>(gpu.memory_bytes) == c.memory);
    CHECK_FALSE(gpu.source.empty());
  }
  CHECK(known_gpus().size() == 6);
}

TEST_CASE("find_gpu_of_driver: the card that a driver names, and no other", "[cost][identity]") {
  REQUIRE(find_gpu_of_driver("NVIDIA H200") != nullptr);
  CHECK(find_gpu_of_driver("NVIDIA H200")->name == "h200");
  CHECK(find_gpu_of_driver("NVIDIA H100 80GB HBM3")->name == "h100-sxm");
  CHECK(find_gpu_of_driver("NVIDIA GeForce RTX 4090") == nullptr);
}

TEST_CASE("find_gpu: an unknown name is refused with the names there are", "[cost][refusal]") {
  CHECK_THROWS_WITH(find_gpu("h300"), Catch::Matchers::ContainsSubstring("h100-sxm, h100-pcie"));
}

}  // namespace
}  // namespace isoflop::roofline_test
