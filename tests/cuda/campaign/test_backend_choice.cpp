// Which backends a request means, and what they fuse.
#include <string>
#include <vector>

#include "apps/isoflop-bench/requests.hpp"
#include "catch.hpp"
#include "cuda/campaign/presets.hpp"
#include "fake_device.hpp"
#include "io/scratch_folder.hpp"
#include "isoflop/io/cost_table_file.hpp"

namespace backend_choice_test {

using namespace isoflop;
using namespace isoflop::bench;
using namespace isoflop_test;

namespace {

using Names = std::vector<std::string>;

const BackendsHere kHopper{{"batched", "loop", "grouped", "wgmma"}, "9.0"};
const BackendsHere kAmpere{{"batched", "loop", "grouped", "wgmma"}, "8.0"};
const BackendsHere kNoDevice{{"batched", "loop", "grouped", "wgmma"}, ""};
const BackendsHere kNotBuilt{{"batched", "loop", "grouped"}, "9.0"};

Names chosen(const BackendChoice& choice, const BackendsHere& here = kHopper) {
  Names remarks;
  Names out = chosen_backends(choice, here, remarks);
  CHECK(remarks.empty());
  return out;
}

InvalidArgument fault_of(const BackendChoice& choice, const BackendsHere& here = kHopper) {
  Names remarks;
  try {
    chosen_backends(choice, here, remarks);
  } catch (const InvalidArgument& fault) {
    return fault;
  }
  return InvalidArgument("", "");
}

MoeLayer small_layer() {
  MoeLayer layer;
  layer.tokens = 1024;
  layer.d_model = 256;
  layer.experts = {.d_ff = 1024, .num_experts = 64, .expert_width = 128, .top_k = 8};
  return layer;
}

}  // namespace

TEST_CASE("backend choice: unless it is said every backend fuses what it can",
          "[bench][identity]") {
  CHECK(chosen({}) == kHopper.built);
  CHECK(chosen({.backend = "wgmma:gather,loop,wgmma:all"}) ==
        Names{"wgmma:gather", "loop", "wgmma"});
}

TEST_CASE("backend choice: each is nothing and then one part more at a time", "[bench][identity]") {
  const Names each{"wgmma:plain", "wgmma:gather", "wgmma:gather+activation", "wgmma"};
  CHECK(chosen({.backend = "wgmma", .fuse = "each"}) == each);
  CHECK(chosen({.backend = "wgmma", .fuse = "each,all,none"}) == each);  // each of them once
  Names all = kHopper.built;
  all.pop_back();
  all.insert(all.end(), each.begin(), each.end());
  CHECK(chosen({.fuse = "each"}) == all);
}

TEST_CASE("backend choice: parts are joined by + and choices by commas", "[bench][identity]") {
  CHECK(chosen({.backend = "loop,wgmma", .fuse = "none,gather+activation,activation"}) ==
        Names{"loop", "wgmma:plain", "wgmma:gather+activation", "wgmma:activation"});
}

TEST_CASE("backend choice: a backend of another device is a remark or if named a refusal",
          "[bench][refusal]") {
  const std::string why = "the backend wgmma runs on compute capability 9.0; this device has 8.0";
  Names remarks;
  CHECK(chosen_backends({}, kAmpere, remarks) == Names{"batched", "loop", "grouped"});
  CHECK(remarks == Names{why});
  for (const char* name : {"wgmma", "loop,wgmma:gather"}) {
    const InvalidArgument fault = fault_of({.backend = name}, kAmpere);
    CHECK(fault.field() == "backend");
    CHECK(fault.what() == "backend: " + why);
  }
  CHECK(chosen({.backend = "wgmma"}, kNoDevice) == Names{"wgmma"});
}

TEST_CASE("backend choice: what cannot be chosen is refused with its field", "[bench][refusal]") {
  CHECK(fault_of({.backend = "wgmma"}, kNotBuilt).what() ==
        std::string("backend: this build has no wgmma, which needs sm_90 among its architectures"));
  CHECK(fault_of({.backend = "magic"}).field() == "backend");
  CHECK(fault_of({.backend = "loop:gather"}).field() == "backend");
  for (const char* fuse : {"some", "gather,", "combination", "each+gather"}) {
    CAPTURE(fuse);
    CHECK(fault_of({.fuse = fuse}).field() == "fuse");
  }
  CHECK(fault_of({.backend = "wgmma:gather", .fuse = "all"}).what() ==
        std::string("fuse: \"wgmma:gather\" already says what is fused"));
  CHECK(fault_of({.backend = "loop,grouped", .fuse = "all"}).what() ==
        std::string("fuse is for the backend wgmma; chosen: loop, grouped"));
  CHECK(fault_of({.fuse = "each"}, kNotBuilt).field() == "fuse");
}

TEST_CASE("backend choice: the requests of all commands that run backends have both fields",
          "[bench][format]") {
  const nlohmann::ordered_json layer{{"tokens", 64},       {"d_model", 64}, {"num_experts", 8},
                                     {"expert_width", 64}, {"top_k", 2},    {"backend", "wgmma"},
                                     {"fuse", "each"}};
  CHECK(app::moe_request(layer).run.backends.fuse == "each");
  CHECK(app::verify_request(layer).run.backends.backend == "wgmma");
  const auto sweep = app::sweep_request(
      {{"preset", "quick"}, {"output", "c.json"}, {"backend", "wgmma"}, {"fuse", "none"}});
  CHECK(sweep.backends.backend == "wgmma");
  CHECK(sweep.backends.fuse == "none");
}

TEST_CASE("backend choice: variants are runs of their own, the one that fuses most first",
          "[bench][identity]") {
  Names remarks, order;
  RunChoice choice;
  choice.backends.fuse = "each";
  for (const PlannedRun& run :
       planned_runs({small_layer()}, choice, kHopper, "sustained", "both", remarks)) {
    order.push_back(run.configuration.backend);
  }
  CHECK(remarks.size() == 1);  // batched: the routing is not balanced
  CHECK(order == Names{"wgmma", "wgmma:gather+activation", "wgmma:gather", "wgmma:plain", "grouped",
                       "loop"});
}

TEST_CASE("backend choice: a sweep that was cut short goes on with the variants that are left",
          "[bench][identity]") {
  const testing::ScratchFolder folder;
  FakeCard card;
  card.fails_at = 2;
  Names remarks;
  RunChoice choice;
  choice.backends = {.backend = "wgmma", .fuse = "each"};
  const std::vector<PlannedRun> runs =
      planned_runs({small_layer()}, choice, kHopper, "sustained", "both", remarks);
  MeasureRequest request;
  request.output = folder.path("cost.json");
  CHECK_THROWS_AS(measure_runs(fake_world(card), runs, request), CudaError);

  card.fails_at = -1;
  card.timed.clear();
  request.resume = true;
  const MeasureResult result = measure_runs(fake_world(card), runs, request);
  CHECK(result.num_resumed == 2);
  REQUIRE(card.timed.size() == 2);
  CHECK(card.timed[0].backend == "wgmma:gather");
  CHECK(card.timed[1].backend == "wgmma:plain");
  const CostTable table = read_cost_table(request.output);
  REQUIRE(table.rows.size() == 12);
  for (const CostRow& row : table.rows) {
    CHECK(row.fused == parse_backend_name(row.backend).fused);
  }
}

TEST_CASE("backend choice: presets plan wgmma first on its device and without it elsewhere",
          "[bench][identity]") {
  for (const std::string_view preset : kPresetNames) {
    Names remarks;
    const auto here = preset_runs(preset, chosen_backends({}, kHopper, remarks), 1);
    CHECK(remarks.empty());
    CHECK(here.front().configuration.backend == "wgmma");
    const auto elsewhere = preset_runs(preset, chosen_backends({}, kAmpere, remarks), 1);
    CHECK(remarks.size() == 1);
    CHECK(elsewhere.size() > 10);  // of a tier with the fastest alone, another is the fastest
    std::vector<int> tiers_here, tiers_elsewhere;
    for (const PlannedRun& run : here) tiers_here.push_back(run.tier);
    for (const PlannedRun& run : elsewhere) {
      tiers_elsewhere.push_back(run.tier);
      CHECK(run.configuration.backend != "wgmma");
    }
    CHECK(*std::max_element(tiers_here.begin(), tiers_here.end()) ==
          *std::max_element(tiers_elsewhere.begin(), tiers_elsewhere.end()));
    for (const PlannedRun& run : here) {
      if (run.configuration.backend != "wgmma") continue;
      CHECK(run.configuration.routing.kind ==
            (preset == "paper" ? RoutingKind::kBalanced : RoutingKind::kMultinomial));
      CHECK(run.timing.eager);
    }
  }
}

TEST_CASE(
    "backend choice: of the variants the presets take the one that fuses most for the fastest",
    "[bench][identity]") {
  Names remarks;
  const Names each = chosen_backends({.backend = "wgmma", .fuse = "each"}, kHopper, remarks);
  for (const PlannedRun& run : preset_runs("modern", each, 1)) {
    CHECK(run.timing.eager == (run.configuration.backend == "wgmma"));
    if (run.timing.regime == Regime::kBurst) CHECK(run.configuration.backend == "wgmma");
  }
}

}  // namespace backend_choice_test
