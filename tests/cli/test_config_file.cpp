#include "catch.hpp"
#include "program.hpp"

namespace isoflop::testing::config_file_test {
namespace {

using Words = std::vector<std::string>;

constexpr const char* kTeam =
    R"({"gpu": "h100-sxm", "mfu": 0.5, "price_per_gpu_hour": 2.5, "expansion": 64})";

Json plan(const Workplace& here, Words words) {
  words.insert(words.begin(), {"plan", "krajewski2024-e64", "--json"});
  const Outcome outcome = here.isoflop(words);
  INFO(outcome.err);
  REQUIRE(outcome.exit_code == 0);
  return Json::parse(outcome.out);
}

TEST_CASE("config file: it says what the same words say", "[cli][identity]") {
  const Workplace here;
  here.write("team.json", kTeam);
  const Json typed = plan(here, {"--flops", "1e21", "--gpu", "h100-sxm", "--mfu", "0.5",
                                 "--price-per-gpu-hour", "2.5", "--expansion", "64"});
  CHECK(plan(here, {"--flops", "1e21", "--config", "team.json"}) == typed);
  CHECK(typed["request"]["price_per_gpu_hour"] == 2.5);
}

TEST_CASE("config file: what is typed stands above it", "[cli][identity]") {
  const Workplace here;
  here.write("team.json", kTeam);
  const Words budget{"--flops", "1e21", "--config", "team.json"};
  Words with_mfu = budget, with_peak = budget;
  with_mfu.insert(with_mfu.end(), {"--mfu", "0.25"});
  with_peak.insert(with_peak.end(), {"--peak-flops", "1e15"});
  const Json mine = plan(here, with_mfu);
  CHECK(mine["request"]["mfu"] == 0.25);
  CHECK(mine["request"]["gpu"] == "h100-sxm");
  const Json peak = plan(here, with_peak);
  CHECK(peak["request"]["peak_flops"] == 1e15);
  CHECK_FALSE(peak["request"].contains("gpu"));
}

TEST_CASE("config file: a verb passes over what it has no option for", "[cli][identity]") {
  const Workplace here;
  here.write("team.json", kTeam);
  const Outcome outcome =
      here.isoflop({"frontier", "krajewski2024-e64", "--from", "1e20", "--to", "1e21", "--points",
                    "2", "--json", "--config", "team.json"});
  REQUIRE(outcome.exit_code == 0);
  CHECK(Json::parse(outcome.out)["request"]["expansion"] == 64.0);
}

TEST_CASE("config file: it is read only where it is named", "[cli][identity]") {
  const Workplace here;
  here.write("isoflop.json", kTeam);
  here.write("team.json", kTeam);
  CHECK_FALSE(plan(here, {"--flops", "1e21"})["request"].contains("gpu"));
}

TEST_CASE("config file: what it does not know is refused with the nearest", "[cli][refusal]") {
  const Workplace here;
  auto refusal = [&](const std::string& text) {
    here.write("team.json", text);
    const Outcome outcome =
        here.isoflop({"plan", "krajewski2024-e64", "--flops", "1e21", "--config", "team.json"});
    CHECK(outcome.exit_code == 1);
    CHECK(outcome.out.empty());
    CHECK(num_lines(outcome.err) == 1);
    return outcome.err;
  };
  CHECK(refusal(R"({"expantion": 64})") ==
        "isoflop: team.json: \"expantion\" is nothing that a configuration says; did you mean "
        "\"expansion\"?\n");
  CHECK(contains(refusal(R"({"flops": 1e21})"), "\"flops\" is nothing"));
  CHECK(contains(refusal(R"({"gpu": ["h200"]})"), "\"gpu\" must be"));
  CHECK(contains(refusal("[]"), "no JSON object"));
  CHECK(contains(refusal("{"), "team.json:1"));
  CHECK(contains(refusal(R"({"format": "isoflop.law/1"})"), "isoflop.config/1"));
}

}  // namespace
}  // namespace isoflop::testing::config_file_test
