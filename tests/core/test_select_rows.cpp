#include "catch.hpp"
#include "isoflop/core/select_rows.hpp"

namespace isoflop::testing::select_rows_test {
namespace {

TEST_CASE("select_rows: every column follows the rows and absent ones stay absent",
          "[core][identity]") {
  RunTable runs;
  runs.column(Variable::kN) = {1, 2, 3};
  runs.loss = {10, 20, 30};
  runs.group = {"a", "b", "c"};
  runs.line = {2, 3, 4};
  runs.source = "runs.csv";
  const std::vector<std::size_t> rows{2, 0, 2};
  const RunTable out = select_rows(runs, rows);
  CHECK(out.column(Variable::kN) == std::vector<double>{3, 1, 3});
  CHECK(out.column(Variable::kD).empty());
  CHECK(out.loss == std::vector<double>{30, 10, 30});
  CHECK(out.weight.empty());
  CHECK(out.group == std::vector<std::string>{"c", "a", "c"});
  CHECK(out.line == std::vector<std::size_t>{4, 2, 4});
  CHECK(out.source == "runs.csv");
}

}  // namespace
}  // namespace isoflop::testing::select_rows_test
