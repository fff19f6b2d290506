#include "api/doors.hpp"
#include "catch.hpp"
#include "cli/program.hpp"
#include "isoflop/api/reproduce.hpp"
#include "isoflop/io/json_text.hpp"

namespace isoflop::testing::reproduce_test {
namespace {

TEST_CASE("api reproduce: the door gives the program's document to the byte", "[api][identity]") {
  const Workplace here;
  const api::ReproduceOutcome outcome = api::reproduce({.name = "hoffmann2022"});
  CHECK(outcome.usable());
  CHECK(outcome.figures.size() == 6);
  CHECK(json_text(to_json(outcome)) == here.isoflop({"reproduce", "hoffmann2022", "--json"}).out);
  const api::ReproduceOutcome list = api::reproduce({});
  CHECK(list.usable());
  CHECK(json_text(to_json(list)) == here.isoflop({"reproduce", "--json"}).out);
}

TEST_CASE("api reproduce: what is missing or too much is refused", "[api][refusal]") {
  CHECK(refused_field([] { api::reproduce({.name = "nobody2030"}); }) == "name");
  CHECK(refused_field([] { api::reproduce({.name = "", .data = "x.csv"}); }) == "data");
  CHECK(refused_field([] { api::reproduce({.name = "hoffmann2022", .data = "x.csv"}); }) == "data");
  CHECK_THROWS_WITH(api::reproduce({.name = "besiroglu2024"}),
                    Catch::Matchers::EndsWith("then: isoflop reproduce besiroglu2024 data FILE"));
}

}  // namespace
}  // namespace isoflop::testing::reproduce_test
