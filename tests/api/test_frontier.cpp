#include <nlohmann/json.hpp>

#include "api/doors.hpp"
#include "catch.hpp"
#include "cli/program.hpp"
#include "isoflop/api/frontier.hpp"
#include "isoflop/io/json_text.hpp"
#include "isoflop/text/frontier.hpp"

namespace isoflop::testing::frontier_test {
namespace {

api::FrontierRequest small_request() {
  api::FrontierRequest out;
  out.planner.law.law = "krajewski2024-e64";
  out.from = 1e18;
  out.to = 1e24;
  return out;
}

TEST_CASE("api frontier: the door gives the program's document, text and CSV to the byte",
          "[api][identity]") {
  api::FrontierRequest request = small_request();
  request.versus = {"dense"};
  const api::FrontierOutcome outcome = api::frontier(request);
  CHECK(outcome.usable());
  const Workplace here;
  std::vector<std::string> words{"frontier", "krajewski2024-e64", "--from", "1e18", "--to",
                                 "1e24",     "--versus",          "dense"};
  CHECK(text::frontier(outcome) == here.isoflop(words).out);
  words.push_back("--csv");
  CHECK(text::frontier_csv(outcome) == here.isoflop(words).out);
  words.back() = "--json";
  CHECK(json_text(to_json(outcome)) == here.isoflop(words).out);
}

TEST_CASE("api frontier: who says no number of points gets 25", "[api][identity]") {
  CHECK(api::frontier(small_request()).curve.plans.size() == 25);
}

TEST_CASE("api frontier: a range that does not rise and too many points are refused",
          "[api][refusal]") {
  api::FrontierRequest request = small_request();
  request.to = 1e18;
  CHECK(refused_field([&] { api::frontier(request); }) == "to");
  request = small_request();
  request.points = 1;
  CHECK(refused_field([&] { api::frontier(request); }) == "points");
  request.points = 2'000'000;
  CHECK(refused_field([&] { api::frontier(request); }) == "points");
  CHECK(refused_field([&] { api::frontier({}); }) == "from");
}

}  // namespace
}  // namespace isoflop::testing::frontier_test
