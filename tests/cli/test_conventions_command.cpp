// What numbers mean: converted where it follows, refused where it does not.
#include "catch.hpp"
#include "program.hpp"

namespace isoflop::testing::conventions_command_test {
namespace {

using Words = std::vector<std::string>;

Json predicted(const Workplace& here, const Words& words) {
  Words all{"predict"};
  all.insert(all.end(), words.begin(), words.end());
  all.push_back("--json");
  const Outcome outcome = here.isoflop(all);
  INFO(outcome.err);
  REQUIRE(outcome.exit_code == 0);
  return Json::parse(outcome.out);
}

TEST_CASE("isoflop predict: granularity becomes what the law counts", "[cli][identity]") {
  const Workplace here;
  const Words run{"tian2025", "--a", "0.031", "--c", "1e22"};
  Words own = run, common = run;
  own.insert(own.end(), {"--g", "12"});
  common.insert(common.end(), {"--granularity", "24"});
  const Json by_own = predicted(here, own), by_common = predicted(here, common);
  CHECK(by_common["el"] == by_own["el"]);
  CHECK(by_common["g"] == 12.0);
  REQUIRE(by_common["conversions"].size() == 1);
  CHECK(contains(by_common["conversions"][0], "half of 24"));
  CHECK(by_own["best_granularity"].get<double>() == Approx(11.34).margin(0.01));
}

TEST_CASE("isoflop predict: a shape gives N and G as the law counts them", "[cli][identity]") {
  const Workplace here;
  const std::string file = "data/shapes/olmoe-1b-7b.json";
  const Json shape = Json::parse(here.isoflop({"shape", file, "--json"}).out);
  const Json loss = predicted(here, {"krajewski2024-e64", "--shape", file, "--d", "5T"});
  CHECK(loss["n"] == shape["params"]["total_no_embedding"]);
  CHECK(loss["g"] == 8.0);  // 4 d_model / expert width = 8192 / 1024
  CHECK(loss["conversions"].size() == 2);
  CHECK(loss["extrapolates"] == Json{"N", "D", "E", "D/N"});  // the law holds for E = 64
}

TEST_CASE("isoflop predict: what does not follow from a shape is refused", "[cli][refusal]") {
  const Workplace here;
  const Outcome dense =
      here.isoflop({"predict", "clark2022-hash", "--shape", "data/shapes/olmoe-1b-7b.json"});
  CHECK(dense.exit_code == 2);
  CHECK(contains(dense.err, "add --n"));
  CHECK(num_lines(dense.err) == 1);
  const Outcome unknown = here.isoflop(
      {"predict", "muennighoff2023", "--shape", "data/shapes/gpt2.json", "--d", "1T", "--u", "1T"});
  CHECK(unknown.exit_code == 2);
  CHECK(contains(unknown.err, "does not say what its N counts"));
}

TEST_CASE("isoflop fit: bits per byte need the bytes per token", "[cli][refusal]") {
  const Workplace here;
  const Outcome refused = here.fit_simulated({"--loss-unit", "bits-per-byte"});
  CHECK(refused.exit_code == 2);
  CHECK(contains(refused.err, "--bytes-per-token"));
}

TEST_CASE("isoflop fit: bytes per token turn a loss into bits per byte", "[cli][identity]") {
  const Workplace here;
  const Outcome fit = here.fit_simulated(
      {"--starts", "30", "--bootstrap", "0", "--bytes-per-token", "4", "-o", "law.json"});
  REQUIRE(fit.exit_code == 0);
  const Json loss = predicted(here, {"law.json", "--n", "1e9", "--d", "3e10", "--g", "4"});
  CHECK(loss["bits_per_byte"].get<double>() ==
        Approx(loss["loss"].get<double>() / (4.0 * 0.6931471805599453)).epsilon(1e-14));
}

TEST_CASE("isoflop plan: another accounting says how far it moves the optimum", "[cli][identity]") {
  const Workplace here;
  const Words words{"plan", "krajewski2024-e64", "--flops", "1e20", "--granularity", "16"};
  Words other = words;
  other.insert(other.end(), {"--cost", "6nd", "--json"});
  Words own = words;
  own.push_back("--json");
  const Json moved = Json::parse(here.isoflop(other).out)["plans"][0];
  const Json kept = Json::parse(here.isoflop(own).out)["plans"][0];
  CHECK(moved["own_accounting"]["accounting"] == "paper");
  CHECK(moved["own_accounting"]["n_active"] == kept["n_active"]);
  // Routing costs less per parameter the larger the model: counted, it favours larger ones.
  CHECK(moved["n_active"].get<double>() < kept["n_active"].get<double>());
  CHECK_FALSE(kept.contains("own_accounting"));
}

TEST_CASE("isoflop plan: unique tokens bend the plan and give its epochs", "[cli][identity]") {
  const Workplace here;
  const Outcome out =
      here.isoflop({"plan", "muennighoff2023", "--flops", "1e22", "--u", "25B", "--json"});
  REQUIRE(out.exit_code == 0);
  const Json plan = Json::parse(out.out)["plans"][0];
  CHECK(plan["epochs"].get<double>() ==
        Approx(plan["d_tokens"].get<double>() / 25e9).epsilon(1e-14));
  CHECK(plan["epochs"].get<double>() > 4.0);
}

TEST_CASE("isoflop plan: laws without an optimum are refused in one line", "[cli][refusal]") {
  const Workplace here;
  for (const char* law : {"clark2022-sbase", "tian2025"}) {
    const Outcome refused = here.isoflop({"plan", law, "--flops", "1e21"});
    CHECK(refused.exit_code == 2);
    CHECK(num_lines(refused.err) == 1);
    CHECK(contains(refused.err, "has no compute-optimal plan"));
  }
}

TEST_CASE("isoflop fit: a formula file is a law", "[cli][identity]") {
  const Workplace here;
  const Outcome fit =
      here.isoflop({"fit", "data/published/krajewski2024_grid_simulated.csv", "--law",
                    "data/formulas/fine-grained-moe.json", "--column", "loss=loss_simulated",
                    "--n-means", "total_non_embedding", "--expansion", "64", "--starts", "20",
                    "--bootstrap", "10", "-o", "own.json"});
  INFO(fit.err);
  REQUIRE(fit.exit_code == 0);
  CHECK(contains(fit.out, "certified"));
  const Json law = Json::parse(here.read("own.json"));
  CHECK(law["law"] == "formula");
  CHECK(law["draws"]["bootstrap"].size() >= 9);
  const Outcome plan = here.isoflop({"plan", "own.json", "--flops", "1e21", "--json"});
  REQUIRE(plan.exit_code == 0);
  CHECK(Json::parse(plan.out)["plans"][0]["granularity"] == 16.0);
}

}  // namespace
}  // namespace isoflop::testing::conventions_command_test
