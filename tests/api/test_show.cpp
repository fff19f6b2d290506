#include <algorithm>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "isoflop/api/show.hpp"
#include "isoflop/cost/compare.hpp"
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

TEST_CASE("show: what fusion buys is told where the same was timed with nothing fused",
          "[api][identity]") {
  CostTable table = show({kShipped}).table;
  const MoeLayer layer = table.rows.front().layer;
  std::erase_if(table.rows, [&](const CostRow& row) {
    return row.layer != layer || row.stage != Stage::kWhole || !row.graph ||
           row.backend != "loop" || row.regime != Regime::kSustained;
  });
  REQUIRE(table.rows.size() == 3);  // forward, backward and both
  CHECK(text::describe_cost_table(table).find("what fusion buys") == std::string::npos);
  for (std::size_t i = 0; i < 3; ++i) {
    CostRow fused = table.rows[i];
    table.rows[i].backend = "wgmma:plain";
    fused.backend = "wgmma";
    fused.fused = kAllFused;
    fused.time_s *= 0.75;
    table.rows.push_back(fused);
  }
  REQUIRE(fusion_pairs(table).size() == 3);
  const std::string text = text::describe_cost_table(table);
  CHECK(text.find("what fusion buys: time over that with nothing fused\n") != std::string::npos);
  INFO(text.substr(text.find("what fusion buys")));
  CHECK(text.find("0.750     0.750  0.750\n") != std::string::npos);
  std::erase_if(table.rows, [](const CostRow& row) { return row.backend == "wgmma:plain"; });
  CHECK(fusion_pairs(table).empty());
}

TEST_CASE("compare: a row is compared with that of its own seed, if there is one",
          "[api][identity]") {
  CostTable table = show({kShipped}).table;
  const CostRow first = table.rows.front();
  table.rows.assign(3, first);
  for (std::size_t i = 0; i < 3; ++i) {
    table.rows[i].backend = "grouped";
    table.rows[i].seed = i + 1;
    table.rows[i].time_s *= 1.0 + 0.2 * static_cast<double>(i);
  }
  const auto own = pairs_of(table, table, true);
  REQUIRE(own.size() == 3);
  for (const CostPair& pair : own) {
    CHECK(pair.a.seed == pair.b.seed);
    CHECK(pair.verdict() == "no difference");
  }
  CostTable other = table;
  for (CostRow& row : other.rows) row.seed += 10;
  CHECK(pairs_of(table, other, true).size() == 9);  // no seed in common: each with each
}

TEST_CASE("show: a file that is no cost table is refused with its path", "[api][refusal]") {
  CHECK_THROWS_AS(show({"/no such table.json"}), DataError);
}

}  // namespace
}  // namespace isoflop::api::show_test
