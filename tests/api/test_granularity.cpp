#include <nlohmann/json.hpp>

#include "api/doors.hpp"
#include "catch.hpp"
#include "cli/program.hpp"
#include "isoflop/api/granularity.hpp"
#include "isoflop/io/json_text.hpp"
#include "isoflop/text/granularity.hpp"

namespace isoflop::testing::granularity_test {
namespace {

api::GranularityRequest example() {
  api::GranularityRequest out;
  out.planner.law.law = "krajewski2024-e64";
  out.planner.width_per_block = 96.0;
  out.n_active = 7.08e6;
  out.d = 66e9;
  return out;
}

TEST_CASE("api granularity: the door gives the program's document and text to the byte",
          "[api][identity]") {
  const api::GranularityOutcome outcome = api::granularity(example());
  CHECK(outcome.usable());
  const Workplace here;
  std::vector<std::string> words{"granularity", "krajewski2024-e64", "--n-active", "7.08M", "--d",
                                 "66B",         "--width-per-block", "96"};
  CHECK(text::granularity(outcome) == here.isoflop(words).out);
  words.push_back("--json");
  CHECK(json_text(to_json(outcome)) == here.isoflop(words).out);
}

TEST_CASE("api granularity: the reference keeps its tokens and every power of two is there",
          "[api][identity]") {
  const api::GranularityOutcome outcome = api::granularity(example());
  const std::vector<SameCostRun>& runs = outcome.columns.at(0).runs;
  REQUIRE(runs.size() == 7);  // 1 to 64
  CHECK(runs[3].granularity == 8.0);
  CHECK(runs[3].d_tokens == Approx(66e9).epsilon(1e-12));  // through a logarithm and back
}

TEST_CASE("api granularity: what belongs to a plan is refused", "[api][refusal]") {
  const auto refused = [](auto&& change) {
    api::GranularityRequest request = example();
    change(request);
    return refused_field([&] { api::granularity(request); });
  };
  CHECK(refused([](auto& r) { r.reference = 0.5; }) == "reference");
  CHECK(refused([](auto& r) { r.max_g = 4.0; }) == "max_g");
  CHECK(refused([](auto& r) { r.planner.law.law = "krajewski2024-dense"; }) == "law");
  CHECK(refused([](auto& r) { r.planner.accounting.granularity = 8.0; }).empty());
  CHECK(refused([](auto& r) { r.micro_batch = {"8192"}; }) == "cost_table");
}

}  // namespace
}  // namespace isoflop::testing::granularity_test
