#include <nlohmann/json.hpp>

#include "api/scratch_table.hpp"
#include "catch.hpp"
#include "isoflop/api/compare.hpp"
#include "isoflop/error.hpp"
#include "isoflop/text/compare.hpp"

namespace isoflop::api::compare_test {
namespace {

TEST_CASE("compare: a table does not differ from itself", "[api][identity]") {
  const std::string path = std::string(ISOFLOP_SOURCE_DIR) + "/data/costs/h200-modern.json";
  const CompareOutcome outcome = compare({path, path, false});
  CHECK(outcome.pairs.size() > 50);
  for (const CostPair& pair : outcome.pairs) {
    CHECK(pair.ratio() == 1.0);
    CHECK(pair.verdict() == "no difference");
  }
  CHECK(to_json(outcome).at("rows").size() == outcome.pairs.size());
}

TEST_CASE("compare: the same layer on a slower card is slower", "[api][identity]") {
  const testing::ScratchFolder folder;
  const std::string fast = testing::roofline_file(folder, "fast.json", 512, 1e15, 4e12);
  const std::string slow = testing::roofline_file(folder, "slow.json", 512, 5e14, 2e12);
  const CompareOutcome outcome = compare({fast, slow, true});
  CHECK(outcome.pairs.size() == outcome.a.rows.size());
  for (const CostPair& pair : outcome.pairs) {
    CHECK(pair.ratio() == 2.0);
    CHECK(pair.verdict() == "slower");
  }
  CHECK(text::compare(outcome).find("median 2.000, from 2.000 to 2.000") != std::string::npos);
}

TEST_CASE("compare: tables that share no layer are refused", "[api][refusal]") {
  const testing::ScratchFolder folder;
  const std::string a = testing::roofline_file(folder, "a.json", 512, 1e15, 4e12);
  const std::string b = testing::roofline_file(folder, "b.json", 256, 1e15, 4e12);
  CHECK_THROWS_WITH(compare({a, b, false}),
                    "the two tables have no layer, backend, routing, regime and pass in common");
}

}  // namespace
}  // namespace isoflop::api::compare_test
