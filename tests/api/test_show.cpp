#include <algorithm>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "isoflop/api/show.hpp"
#include "isoflop/error.hpp"
#include "isoflop/text/cost_table.hpp"
#include "isoflop/text/show.hpp"

namespace isoflop::api::show_test {
namespace {

const std::string kShipped = std::string(ISOFLOP_SOURCE_DIR) + "/data/costs/h200-modern.json";

TEST_CASE("show: finds cost models and c_r of a table that ships", "[api][identity]") {
  const ShowOutcome outcome = show({kShipped});
  CHECK(outcome.groups.size() > 2);
  REQUIRE(outcome.headline);
  CHECK(outcome.headline->layer.experts.num_experts == 512);
  const auto json = to_json(outcome);
  CHECK(json.at("format") == "isoflop.show/1");
  CHECK(json.at("c_r").size() == outcome.router_costs.size());
  CHECK(json.at("request").at("cost_table") == kShipped);
  CHECK(json.at("inputs").at(0).at("sha256").get<std::string>().size() == 64);
  CHECK(text::show(outcome).find("c_r = ") != std::string::npos);
}

TEST_CASE("show: CSV has one line per row below the names", "[api][format]") {
  const ShowOutcome outcome = show({kShipped});
  const std::string csv = to_csv(outcome.table);
  CHECK(static_cast<std::size_t>(std::count(csv.begin(), csv.end(), '\n')) ==
        outcome.table.rows.size() + 1);
}

TEST_CASE("show: what a backend fuses stands in text and CSV", "[api][format]") {
  CostTable table = show({kShipped}).table;
  table.rows.resize(1);
  table.rows[0].backend = "wgmma:gather+activation";
  table.rows[0].fused = {.gather = true, .activation = true};
  CHECK(text::describe_cost_table(table).find(
            "\nwgmma:gather+activation, fused: gather+activation, ") != std::string::npos);
  CHECK(to_csv(table).find(",wgmma:gather+activation,gather+activation,\"") != std::string::npos);
}

TEST_CASE("show: a file that is no cost table is refused with its path", "[api][refusal]") {
  CHECK_THROWS_AS(show({"/no such table.json"}), DataError);
}

}  // namespace
}  // namespace isoflop::api::show_test
