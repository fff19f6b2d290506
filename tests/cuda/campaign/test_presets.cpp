#include <algorithm>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "catch.hpp"
#include "cuda/campaign/presets.hpp"

namespace presets_test {

using namespace isoflop;
using namespace isoflop::bench;

namespace {

const std::vector<std::string> kBackends{"batched", "loop", "grouped"};

}  // namespace

TEST_CASE("presets: every layer can be run, and no run is planned twice", "[bench][identity]") {
  for (const std::string_view preset : kPresetNames) {
    std::set<std::string> seen;
    for (const PlannedRun& run : preset_runs(preset, kBackends, 1)) {
      INFO(describe_run(run));
      CHECK_NOTHROW(require_runnable(run.configuration.layer));
      CHECK(seen.insert(describe_run(run)).second);
    }
    CHECK(seen.size() > 10);
  }
}

TEST_CASE("presets: sustained first, then by tier, the backend expected to be fastest first",
          "[bench][identity]") {
  for (const std::string_view preset : kPresetNames) {
    const std::vector<PlannedRun> runs = preset_runs(preset, kBackends, 1);
    auto rank = [](const PlannedRun& run) {
      const auto order = backend_order(run.configuration.layer);
      return std::tuple(
          run.timing.regime, run.tier,
          std::find(order.begin(), order.end(), run.configuration.backend) - order.begin());
    };
    CHECK(std::is_sorted(runs.begin(), runs.end(), [&](const PlannedRun& a, const PlannedRun& b) {
      return rank(a) < rank(b);
    }));
    CHECK(preset_runs(preset, {"loop", "lt-grouped"}, 1).front().configuration.backend ==
          "lt-grouped");
  }
}

TEST_CASE("backend_order: one product per expert while that is long, all at once else",
          "[bench][identity]") {
  MoeLayer layer;
  layer.tokens = 16384;
  layer.d_model = 2048;
  layer.experts = {.d_ff = 8192, .num_experts = 64, .expert_width = 8192, .top_k = 1};
  CHECK(backend_order(layer)[2] == "loop");
  layer.experts = {.d_ff = 8192, .num_experts = 4096, .expert_width = 128, .top_k = 64};
  CHECK(backend_order(layer)[2] == "grouped");
}

TEST_CASE("presets: the layer that c_r is quoted of is in modern, and its G = 1",
          "[bench][identity]") {
  std::set<std::uint64_t> granularities;
  for (const PlannedRun& run : preset_runs("modern", kBackends, 1)) {
    const MoeLayer& x = run.configuration.layer;
    if (run.configuration.backend == "grouped" && x.d_model == 2048 && x.tokens == 16384 &&
        x.experts.expansion() == 64.0 && run.timing.regime == Regime::kSustained) {
      granularities.insert(static_cast<std::uint64_t>(x.experts.granularity()));
    }
  }
  CHECK(granularities == std::set<std::uint64_t>{1, 2, 4, 8, 16, 32, 64});
}

TEST_CASE("presets: the layers of the paper are without a gate and balanced", "[bench][identity]") {
  std::set<std::uint64_t> widths;
  for (const PlannedRun& run : preset_runs("paper", kBackends, 1)) {
    const Configuration& x = run.configuration;
    CHECK(x.layer.activation == Activation::kGelu);
    CHECK(x.layer.experts.expansion() == 64.0);
    CHECK(x.layer.experts.d_ff == 4 * x.layer.d_model);
    CHECK(x.routing.kind == RoutingKind::kBalanced);
    widths.insert(x.layer.d_model);
  }
  CHECK(widths == std::set<std::uint64_t>{256, 384, 512, 640, 768});
}

}  // namespace presets_test
