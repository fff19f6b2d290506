#include "catch.hpp"
#include "isoflop/cost/choose_rows.hpp"
#include "planted_table.hpp"

namespace isoflop::choose_rows_test {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::layer_of;
using testing::planted_row;

CostTable table_of_backends() {
  CostTable out;
  for (const char* backend : {"loop", "grouped", "batched"}) {
    out.rows.push_back(planted_row(layer_of({}), Pass::kForward, Stage::kWhole, 1.0, backend));
  }
  return out;
}

TEST_CASE("choose_rows: the best backend is one that drops nothing whatever the routing",
          "[cost][identity]") {
  CHECK(backends_in(choose_rows(table_of_backends(), {})) ==
        std::vector<std::string>{"grouped", "loop"});
  CHECK(choose_rows(table_of_backends(), {.backend = "batched"}).size() == 1);
}

TEST_CASE("choose_rows: what one backend fuses makes several that compete", "[cost][identity]") {
  CostTable table = table_of_backends();
  for (const char* backend : {"wgmma", "wgmma:plain"}) {
    table.rows.push_back(planted_row(layer_of({}), Pass::kForward, Stage::kWhole, 1.0, backend));
  }
  CHECK(backends_in(choose_rows(table, {})) ==
        std::vector<std::string>{"grouped", "loop", "wgmma", "wgmma:plain"});
  CHECK(choose_rows(table, {.backend = "wgmma"}).size() == 1);
}

TEST_CASE("choose_rows: regime and launching and capacity are told apart", "[cost][identity]") {
  CostTable table = table_of_backends();
  table.rows[0].regime = Regime::kBurst;
  table.rows[1].graph = false;
  table.rows[2].capacity_factor = 1.25;
  CHECK_THROWS_AS(choose_rows(table, {.graph = true}), InvalidArgument);
  CHECK(choose_rows(table, {.regime = Regime::kBurst}).size() == 1);
  CHECK(choose_rows(table, {.graph = false}).size() == 1);
  CHECK(choose_rows(table, {.backend = "batched", .capacity_factor = 1.25}).size() == 1);
}

TEST_CASE("choose_rows: rows that no graph launched count where there are no others",
          "[cost][identity]") {
  CostTable table = table_of_backends();
  table.rows[0].graph = false;
  CHECK(backends_in(choose_rows(table, {})) == std::vector<std::string>{"grouped"});
  table.rows[1].graph = false;
  CHECK(backends_in(choose_rows(table, {})) == std::vector<std::string>{"grouped", "loop"});
}

TEST_CASE("weakest_check: one row that was not checked speaks for all", "[cost][identity]") {
  CostTable table = table_of_backends();
  CHECK(weakest_check(table.rows) == Check::kReference);
  table.rows[0].checked = Check::kSelf;
  CHECK(weakest_check(table.rows) == Check::kSelf);
  table.rows[1].checked = Check::kNone;
  CHECK(weakest_check(table.rows) == Check::kNone);
  CHECK(weakest_check({}) == Check::kNone);
}

TEST_CASE("choose_rows: of several routings multinomial is meant unless another is named",
          "[cost][identity]") {
  CostTable table = table_of_backends();
  table.rows[0].routing = "zipf:1";
  CHECK(choose_rows(table, {}).at(0).routing == "multinomial");
  CHECK(choose_rows(table, {.routing = "zipf:1"}).at(0).backend == "loop");
  table.rows[1].routing = "balanced";
  CHECK_THROWS_WITH(choose_rows(table, {}), ContainsSubstring("choose one of balanced, zipf:1"));
  CHECK_THROWS_WITH(choose_rows(table, {.routing = "router"}),
                    ContainsSubstring("it has: balanced, zipf:1"));
}

TEST_CASE("choose_rows: a backend that is not there is refused with those that are",
          "[cost][refusal]") {
  CHECK_THROWS_WITH(choose_rows(table_of_backends(), {.backend = "lt-grouped"}),
                    ContainsSubstring("lt-grouped") && ContainsSubstring("batched, grouped, loop"));
}

}  // namespace
}  // namespace isoflop::choose_rows_test
