#include <nlohmann/json.hpp>

#include "api/doors.hpp"
#include "catch.hpp"
#include "cli/program.hpp"
#include "isoflop/api/next_runs.hpp"
#include "isoflop/text/next_runs.hpp"

namespace isoflop::testing::next_runs_test {
namespace {

TEST_CASE("api next_runs: the door gives the program's text and CSV to the byte, and its document",
          "[api][identity]") {
  const Workplace here;
  REQUIRE(here.fit_simulated({"--n-means", "total_non_embedding", "--expansion", "64",
                              "--bootstrap", "60", "-o", "law.json"})
              .exit_code == 0);
  api::NextRunsRequest request;
  request.law.law = here.path("law.json");
  request.target_flops = 1e22;
  request.budget_flops = 1e21;
  const api::NextRunsOutcome outcome = api::next_runs(request);
  CHECK(outcome.usable());
  CHECK(outcome.inputs.size() == 1);
  std::vector<std::string> words{
      "next-runs",      "--law", here.path("law.json"), "--target-flops", "1e22",
      "--budget-flops", "1e21"};
  CHECK(text::next_runs(outcome) == here.isoflop(words).out);
  words.push_back("--csv");
  CHECK(text::next_runs_csv(outcome) == here.isoflop(words).out);
  words.back() = "--json";
  Json door = to_json(outcome), program = Json::parse(here.isoflop(words).out);
  // Sums over refits are taken in an order that follows where the numbers lie in memory.
  for (const char* key : {"n", "d", "loss", "g"}) {
    const Json &one = door["plan"][key], &other = program["plan"][key];
    CHECK(one["estimate"] == other["estimate"]);
    CHECK(one["width_left"].get<double>() ==
          Approx(other["width_left"].get<double>()).epsilon(1e-9));
  }
  door.erase("plan");
  program.erase("plan");
  CHECK(door == program);
}

TEST_CASE("api next_runs: what leaves nothing to choose is refused", "[api][refusal]") {
  api::NextRunsRequest request;
  request.law.law = "krajewski2024-e64";
  CHECK(refused_field([&] { api::next_runs(request); }) == "target_flops");
  request.target_flops = 1e22;
  request.budget_flops = 1e21;
  request.accounting.search = "pow2";
  CHECK(refused_field([&] { api::next_runs(request); }) == "granularity");
  request.accounting.search = "";
  CHECK_THROWS_AS(api::next_runs(request), InvalidArgument);  // no draws
}

}  // namespace
}  // namespace isoflop::testing::next_runs_test
