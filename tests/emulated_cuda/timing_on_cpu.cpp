// What a timed configuration leaves behind, as far as it is no time: which rows there are, and that
// every set of buffers gives the same results, through graphs and launched one by one.
#include <set>
#include <string>

#include "catch.hpp"
#include "cuda/checks/layer_check.hpp"
#include "cuda/device/backend_name.hpp"
#include "cuda/device/nvml.hpp"
#include "cuda/layer/layer_buffers.hpp"
#include "cuda/timing/layer_timer.hpp"
#include "isoflop/cost/moe_work.hpp"

using namespace isoflop;
using namespace isoflop::bench;

TEST_CASE("emulated times: a configuration has the rows of the stages that it does not fuse",
          "[cuda][wgmma][identity]") {
  const Nvml nvml("no card", "no library");
  SampleTimer timer(nvml);
  TimingOptions options;
  options.regime = Regime::kBurst;  // no soak
  options.min_samples = 1;
  options.max_seconds = 0.0;
  for (const char* backend : {"loop", "wgmma:plain", "wgmma:activation+combination", "wgmma"}) {
    INFO(backend);
    Configuration configuration;
    configuration.layer.tokens = 24;
    configuration.layer.d_model = 64;
    configuration.layer.experts = {.d_ff = 40, .num_experts = 6, .expert_width = 40, .top_k = 2};
    configuration.routing = parse_routing("multinomial");
    configuration.backend = backend;
    const CheckReport report = check_layer(configuration, timer.stream());
    REQUIRE(report.passed());
    // Two sets of buffers.
    const std::uint64_t l2_bytes = layer_bytes(configuration).per_set / 8 + 1;
    const std::vector<CostRow> rows =
        time_layer(configuration, options, report, l2_bytes, timer, nvml);

    const Fusion fused = parse_backend_name(backend).fused;
    std::multiset<Stage> expected, found;
    for (const Pass pass : {Pass::kForward, Pass::kBackward}) {
      for (const Stage stage : stages_of(pass, fused)) expected.insert(stage);
    }
    for (int whole = 0; whole < 4; ++whole) expected.insert(Stage::kWhole);  // 3 graphs, 1 eager
    for (const CostRow& row : rows) {
      found.insert(row.stage);
      CHECK(row.fused == fused);
      CHECK(row.time_s > 0.0);
    }
    CHECK(found == expected);
  }
}
