#include "catch.hpp"
#include "cost/layers.hpp"
#include "isoflop/cost/gpus.hpp"
#include "isoflop/io/cost_table_file.hpp"
#include "program.hpp"

namespace isoflop::testing::plan_budgets_test {
namespace {

using Words = std::vector<std::string>;

/// The roofline of an A100 for layers of width 384, E = 64, at every power of two to 64.
std::string cost_table() {
  std::vector<MoeLayer> layers;
  for (std::uint64_t g = 1; g <= 64; g *= 2) {
    layers.push_back(layer_of(
        {.d_model = 384, .d_ff = 1536, .granularity = g, .activation = Activation::kGelu}));
  }
  const GpuSpec& gpu = find_gpu("a100-80gb");
  return cost_table_to_text(
      RooflineTable({gpu.flops_per_s, gpu.bytes_per_s}, gpu.name, layers, {}));
}

Json plan_json(const Workplace& here, Words words) {
  words.insert(words.begin(), {"plan", "krajewski2024-e64"});
  words.emplace_back("--json");
  const Outcome plan = here.isoflop(words);
  CHECK(plan.err.empty());
  return Json::parse(plan.out)["plans"];
}

void check_refused(const Words& words, int exit_code, const std::string& what) {
  const Workplace here;
  here.write("COST.json", cost_table());
  const Outcome plan = here.isoflop(words);
  CAPTURE(plan.err);
  CHECK(plan.exit_code == exit_code);
  CHECK(num_lines(plan.err) == 1);
  CHECK(contains(plan.err, what));
}

TEST_CASE("isoflop plan: GPU-hours buy the time of the cost table", "[cli][format]") {
  const Workplace here;
  here.write("COST.json", cost_table());
  const Json plan =
      plan_json(here, {"--cost-table", "COST.json", "--gpus", "10", "--days", "5"})[0];
  CHECK(plan["gpu_hours"] == 1200.0);
  CHECK(plan["budget_flops"].is_null());
  CHECK(plan["status"] == "optimal");
  CHECK(plan["against_flops"]["flops"].get<double>() > 0.0);
  // Twice the hours, a lower loss.
  const Json longer = plan_json(here, {"--cost-table", "COST.json", "--gpu-hours", "2400"})[0];
  CHECK(longer["loss"].get<double>() < plan["loss"].get<double>());
}

TEST_CASE("isoflop plan: hours at a share of the peak are FLOPs", "[cli][identity]") {
  const Workplace here;
  const Json hours =
      plan_json(here, {"--gpu", "h100-sxm", "--mfu", "0.5", "--gpu-hours", "1000"})[0];
  const double flops = 1000.0 * 3600.0 * 0.5 * find_gpu("h100-sxm").flops_per_s;
  CHECK(hours["budget_flops"].get<double>() == Approx(flops).epsilon(1e-12));
}

TEST_CASE("isoflop plan: in time every amount of the json is hours", "[cli][identity]") {
  const Workplace here;
  here.write("COST.json", cost_table());
  const Json plan = plan_json(here, {"--cost-table", "COST.json", "--gpu-hours", "1000",
                                     "--max-n-active", "1B", "--versus", "coarse"})[0];
  // What G = 1 needs is the budget and what it needs on top.
  const double needs = plan["versus"]["coarse"]["gpu_hours"];
  CHECK(needs == Approx(1000.0 + plan["coarse"]["extra_gpu_hours"].get<double>()).epsilon(1e-6));
  CHECK(needs / 1000.0 ==
        Approx(plan["versus"]["coarse"]["compute_multiplier"].get<double>()).epsilon(1e-9));
  CHECK_FALSE(plan["coarse"].contains("extra_flops"));
  CHECK_FALSE(plan.contains("regret_flops"));
  // A tenth more of a limit is worth less than all hours.
  const Json& limit = plan["binding"][0];
  CHECK(limit["price_budget"].get<double>() * 1e8 < 1000.0);
}

TEST_CASE("isoflop plan: a run is launched with the micro-batch that was timed",
          "[cli][identity]") {
  const Workplace here;
  here.write("COST.json", cost_table());
  const Outcome run =
      here.isoflop({"plan", "krajewski2024-e64", "--cost-table", "COST.json", "--gpu-hours", "1000",
                    "--gpus-per-layer", "8", "--emit", "megatron"});
  CHECK(run.exit_code == 0);
  CHECK(contains(run.out, "\n--micro-batch-size 8\n"));  // 16384 tokens in sequences of 2048
  CHECK(contains(run.out, "\n--expert-model-parallel-size 8\n"));
}

TEST_CASE("isoflop plan: the budget for a loss plans that loss", "[cli][identity]") {
  const Workplace here;
  here.write("COST.json", cost_table());
  for (const Words& words : {Words{"--target-loss", "2.5"},
                             Words{"--target-loss", "2.5", "--cost-table", "COST.json"}}) {
    CHECK(plan_json(here, words)[0]["loss"].get<double>() == Approx(2.5).epsilon(1e-9));
  }
}

TEST_CASE("isoflop plan: a limit that binds stands in the json with its price", "[cli][format]") {
  const Json plan = plan_json(Workplace(), {"--flops", "1e21", "--max-n-active", "1B"})[0];
  REQUIRE(plan["binding"].size() == 1);
  CHECK(plan["binding"][0]["constraint"] == "max_n_active");
  CHECK(plan["binding"][0]["value"] == 1e9);
  CHECK(plan["binding"][0]["price"].get<double>() > 0.0);
  CHECK(plan["binding"][0]["price_budget"].get<double>() > 0.0);
  CHECK(plan["n_active"].get<double>() == Approx(1e9).epsilon(1e-12));
}

TEST_CASE("isoflop plan: an infeasible plan says what to relax", "[cli][refusal]") {
  const Outcome plan =
      Workplace().isoflop({"plan", "krajewski2024-e64", "--flops", "1e18", "--min-d", "1e15"});
  CHECK(plan.exit_code == 1);
  CHECK(contains(plan.out, "no model keeps to --min-d 1e15 tokens; 2.839T tokens would leave one"));
}

TEST_CASE("isoflop plan: versus gives the multipliers of the printed coefficients",
          "[cli][published]") {
  const Workplace here;
  const Outcome out = here.isoflop({"plan", "krajewski2024-e64-table1", "--flops", "1e20", "1e25",
                                    "--versus", "dense,coarse", "--json"});
  const Json plans = Json::parse(out.out)["plans"];
  // Derived from the paper's digits; its text says 20x and above 40x.
  CHECK(plans[0]["versus"]["dense"]["compute_multiplier"].get<double>() ==
        Approx(21.28).epsilon(0.01));
  CHECK(plans[1]["versus"]["dense"]["compute_multiplier"].get<double>() ==
        Approx(32.01).epsilon(0.01));
  CHECK(plans[0]["versus"]["coarse"]["compute_multiplier"].get<double>() > 1.0);
}

TEST_CASE("isoflop plan: shapes are written for a trainer", "[cli][format]") {
  const Outcome out = Workplace().isoflop({"plan", "krajewski2024-e64", "--flops", "1e21",
                                           "--shapes", "--gated", "--emit", "megatron"});
  CHECK(out.exit_code == 0);
  CHECK(contains(out.out, "--moe-router-topk 16\n"));
}

TEST_CASE("isoflop plan: words about budgets that contradict each other are refused",
          "[cli][refusal]") {
  const Words law{"plan", "krajewski2024-e64"};
  auto with = [&](Words more) {
    Words out = law;
    out.insert(out.end(), more.begin(), more.end());
    return out;
  };
  check_refused(law, 2, "say what may be spent");
  check_refused(with({"--flops", "1e21", "--gpu-hours", "10"}), 2, "one kind of budget");
  check_refused(with({"--gpu-hours", "10"}), 2, "--cost-table FILE, or by --gpu NAME");
  check_refused(with({"--gpu", "h900", "--gpu-hours", "10"}), 2, "known are a100-40gb");
  check_refused(with({"--cost-table", "COST.json", "--flops", "1e21"}), 2, "counts time");
  check_refused(with({"--cost-table", "none.json", "--gpu-hours", "1"}), 1, "none.json");
  check_refused(with({"--flops", "1e21", "--batch", "8"}), 2, "--memory inference");
  check_refused(with({"--target-loss", "0.4"}), 1, "no budget reaches it");
  check_refused({"plan", "besiroglu2024", "--cost-table", "COST.json", "--gpu-hours", "1"}, 2,
                "a law with an expansion rate E and an N without embeddings");
}

TEST_CASE("isoflop granularity: an ideal A100 prefers what the paper saw at small batches",
          "[cli][published]") {
  const Workplace here;
  here.write("COST.json", cost_table());
  const Outcome out = here.isoflop(
      {"granularity", "krajewski2024-e64", "--n-active", "7.08M", "--d", "66B", "--width-per-block",
       "96", "--cost-table", "COST.json", "--micro-batch", "8192", "16384", "65536", "--json"});
  CHECK(out.exit_code == 0);
  const Json columns = Json::parse(out.out)["columns"];
  REQUIRE(columns.size() == 4);
  // Krajewski et al. 2024, Figure 5b: G = 8 in the wall-clock time of one A100.
  for (const std::size_t column : {0, 1, 2}) CHECK(columns[column]["best_granularity"] == 8.0);
  // At 64k tokens the roofline has G = 4 ahead by 0.0003 nats: it parts from the paper there.
  CHECK(columns[3]["best_granularity"] == 4.0);
  const Json& runs = columns[3]["runs"];
  CHECK(runs[3]["loss"].get<double>() - runs[2]["loss"].get<double>() < 5e-4);
}

TEST_CASE("isoflop plan: a free expansion rate is the best of those that are planned one by one",
          "[cli][identity]") {
  const Workplace here;
  const std::vector<std::string> words{
      "plan", "ludziejewski2025", "--flops", "1e21", "--max-memory-gb", "80", "--json"};
  auto with = [&](const std::string& expansion) {
    std::vector<std::string> all = words;
    all.insert(all.end(), {"--expansion", expansion});
    const Outcome outcome = here.isoflop(all);
    REQUIRE(outcome.exit_code == 0);
    return Json::parse(outcome.out);
  };
  const Json free = with("free");
  REQUIRE(free.at("expansions").size() == 6);
  double least = 1e9;
  for (const Json& x : free.at("expansions")) {
    const std::string e = std::to_string(x.at("expansion").get<int>());
    const double loss = with(e).at("plans").at(0).at("loss");
    CHECK(x.at("loss") == loss);
    least = std::min(least, loss);
  }
  CHECK(free.at("plans").at(0).at("loss") == least);
  // All parameters at 16 bytes each, embeddings and the router's 16 d per block among them.
  const Json& plan = free.at("plans").at(0);
  const double router = 16.0 * plan.at("d_model").get<double>() * plan.at("n_blocks").get<double>();
  CHECK(plan.at("n_total").get<double>() + router == Approx(5e9).epsilon(1e-9));
}

TEST_CASE("isoflop plan: a free expansion rate is refused where nothing holds it",
          "[cli][refusal]") {
  const Workplace here;
  for (const char* words :
       {"plan ludziejewski2025 --flops 1e21 --expansion free",
        "plan krajewski2024-e64 --flops 1e21 --expansion free --max-memory-gb 80",
        "plan hoffmann2022 --flops 1e21 --expansion free --max-memory-gb 80",
        "plan ludziejewski2025 --flops 1e21 1e22 --expansion free --max-memory-gb 80",
        "plan ludziejewski2025 --target-loss 2.3 --expansion free --max-memory-gb 80"}) {
    CAPTURE(words);
    const Outcome outcome = here.shell("isoflop " + std::string(words));
    CHECK(outcome.exit_code == 2);
    CHECK(num_lines(outcome.err) == 1);
    CHECK(outcome.out.empty());
  }
}

}  // namespace
}  // namespace isoflop::testing::plan_budgets_test
