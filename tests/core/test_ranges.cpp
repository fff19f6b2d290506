#include "catch.hpp"
#include "isoflop/core/ranges.hpp"

namespace isoflop::ranges_test {
namespace {

RunTable three_runs() {
  RunTable runs;
  runs.column(Variable::kN) = {4e8, 1e8, 2e8};
  runs.column(Variable::kD) = {2e9, 8e9, 4e9};
  runs.loss = {3.0, 3.1, 3.2};
  return runs;
}

TEST_CASE("ranges_of: every given variable has its smallest and largest value",
          "[core][identity]") {
  const Ranges ranges = ranges_of(three_runs());
  REQUIRE(ranges[Variable::kN].has_value());
  CHECK(ranges[Variable::kN]->low == 1e8);
  CHECK(ranges[Variable::kN]->high == 4e8);
  CHECK(ranges[Variable::kD]->low == 2e9);
  CHECK(ranges[Variable::kD]->high == 8e9);
}

TEST_CASE("ranges_of: a variable that is not given has no range", "[core][identity]") {
  CHECK_FALSE(ranges_of(three_runs())[Variable::kG].has_value());
}

TEST_CASE("ranges_of: tokens per parameter are those of single runs", "[core][identity]") {
  const Ranges ranges = ranges_of(three_runs());
  REQUIRE(ranges.d_per_n.has_value());
  CHECK(ranges.d_per_n->low == 5.0);
  CHECK(ranges.d_per_n->high == 80.0);
}

TEST_CASE("ranges_of: the compute N D is that of single runs", "[core][identity]") {
  const Ranges ranges = ranges_of(three_runs());
  REQUIRE(ranges.n_times_d.has_value());
  CHECK(ranges.n_times_d->low == 8e17);
  CHECK(ranges.n_times_d->high == 8e17);
}

TEST_CASE("Range: its ends belong to it even after rounding in print", "[core][identity]") {
  const Range range{16384000000.0, 131072000000.0};
  CHECK(range.contains(16384000000.0 * (1 - 1e-12)));
  CHECK(range.contains(131072000000.0 * (1 + 1e-12)));
}

TEST_CASE("Range: a value beyond either end is outside", "[core][identity]") {
  const Range range{1.0, 16.0};
  CHECK_FALSE(range.contains(0.999999));
  CHECK_FALSE(range.contains(16.0001));
}

}  // namespace
}  // namespace isoflop::ranges_test
