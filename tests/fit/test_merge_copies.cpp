// A run that stands in a table several times is one observation.
#include <cmath>

#include "catch.hpp"
#include "isoflop/core/select_rows.hpp"
#include "isoflop/fit/bootstrap.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/fit/merge_copies.hpp"
#include "mistaken_runs.hpp"
#include "published/public_runs.hpp"

namespace isoflop::testing::merge_copies_test {
namespace {

RunTable repeated(const RunTable& runs, std::size_t times) {
  std::vector<std::size_t> rows;
  for (std::size_t t = 0; t < times; ++t) {
    for (std::size_t i = 0; i < runs.num_runs(); ++i) rows.push_back(i);
  }
  return select_rows(runs, rows);
}

/// Every number but the sizes off by a unit or so in the fifth digit.
RunTable jittered(RunTable runs, std::uint64_t seed) {
  Random random(seed);
  for (double& d : runs.column(Variable::kD)) d *= 1.0 + random.uniform(-5e-5, 5e-5);
  for (double& loss : runs.loss) loss *= 1.0 + random.uniform(-4e-5, 4e-5);
  return runs;
}

const RunTable& six_runs() {
  static const RunTable runs = [] {
    RunTable all = sweep(Sweep::kRatios, 4, 0.01);
    return select_rows(all, std::vector<std::size_t>{0, 7, 8, 15, 22, 29});
  }();
  return runs;
}

TEST_CASE("merge_copies: a thousand copies of six runs are six runs", "[fit][identity]") {
  const MergedRuns merged = merge_copies(repeated(six_runs(), 1000));
  CHECK(merged.kept == std::vector<std::size_t>{0, 1, 2, 3, 4, 5});
  REQUIRE(merged.copies.size() == 6);
  CHECK(merged.copies[2].rows.size() == 1000);
  CHECK(merged.copies[2].rows[1] == 8);
  CHECK(describe_copies(merged, repeated(six_runs(), 1000)).find("5994 rows are copies") == 0);
}

TEST_CASE("merge_copies: copies jittered in the fifth digit are six runs as well",
          "[fit][recovery]") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const MergedRuns merged = merge_copies(jittered(repeated(six_runs(), 1000), seed));
    CHECK(merged.kept == std::vector<std::size_t>{0, 1, 2, 3, 4, 5});
  }
}

TEST_CASE("merge_copies: a table that stands twice with a jitter is one table", "[fit][recovery]") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    const RunTable once = sweep(Sweep::kScattered, seed);
    CHECK(merge_copies(jittered(repeated(once, 2), seed)).kept.size() == once.num_runs());
  }
}

TEST_CASE("merge_copies: a point that two runs with checkpoints passed is no copy",
          "[fit][identity]") {
  RunTable runs = sweep(Sweep::kRatios, 1);
  runs = select_rows(runs, std::vector<std::size_t>{0, 1, 1, 2});
  runs.group = {"a", "a", "b", "b"};
  CHECK(merge_copies(runs).copies.empty());
}

TEST_CASE("merge_copies: one row equal to another is one observation whatever its name",
          "[fit][identity]") {
  RunTable runs = sweep(Sweep::kRatios, 1);
  runs = select_rows(runs, std::vector<std::size_t>{0, 1, 2, 1, 3});
  runs.group = {"a", "b", "c", "d", "e"};
  const MergedRuns merged = merge_copies(runs);
  CHECK(merged.kept == std::vector<std::size_t>{0, 1, 2, 4});
  REQUIRE(merged.copies.size() == 1);
  CHECK(merged.copies[0].rows == std::vector<std::size_t>{1, 3});
}

TEST_CASE("merge_copies: runs of weight zero are left as they are", "[fit][identity]") {
  RunTable runs = select_rows(sweep(Sweep::kRatios, 1), std::vector<std::size_t>{0, 1, 1, 1, 2});
  runs.weight = {1.0, 2.0, 3.0, 0.0, 1.0};
  CHECK(merge_copies(runs).kept == std::vector<std::size_t>{0, 1, 3, 4});
}

TEST_CASE("merge_copies: seeds of one cell are runs of their own", "[fit][identity]") {
  for (const double noise : {0.001, 0.005}) {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
      RunTable runs = sweep(Sweep::kSquare, seed, 0.0);
      runs = repeated(runs, 3);
      Random random(seed);
      for (double& loss : runs.loss) loss *= std::exp(noise * random.normal());
      CAPTURE(noise, seed);
      CHECK(merge_copies(runs).copies.empty());
    }
  }
}

TEST_CASE("merge_copies: many seeds of few cells are runs of their own", "[fit][identity]") {
  RunTable runs = repeated(six_runs(), 2000);
  Random random(1);
  for (double& loss : runs.loss) loss *= std::exp(0.003 * random.normal());
  CHECK(merge_copies(runs).copies.empty());
}

TEST_CASE("merge_copies: checkpoints of one run are no copies", "[fit][identity]") {
  RunTable runs;
  for (int step = 1; step <= 5000; ++step) {
    runs.column(Variable::kN).push_back(1e9);
    runs.column(Variable::kD).push_back(1e7 * step);
    runs.loss.push_back(0.0);
    runs.loss.back() = loss_of_row(Chinchilla::kName, kHoffmann, runs, runs.num_runs() - 1);
    runs.group.emplace_back("run");
  }
  CHECK(merge_copies(runs).copies.empty());
}

TEST_CASE("merge_copies: public records keep all of their runs", "[fit][published]") {
  CHECK(merge_copies(chinchilla_points_240()).copies.empty());
  CHECK(merge_copies(olmoe_cells().runs).copies.empty());
}

TEST_CASE("merge_copies: a long table takes a sort and no more", "[fit][identity]") {
  RunTable runs;
  Random random(2);
  for (int i = 0; i < 150'000; ++i) {
    runs.column(Variable::kN).push_back(std::exp(random.uniform(18.0, 23.0)));
    runs.column(Variable::kD).push_back(std::exp(random.uniform(22.0, 27.0)));
    runs.loss.push_back(random.uniform(2.0, 4.0));
  }
  const RunTable twice = repeated(runs, 2);
  CHECK(merge_copies(twice).kept.size() == runs.num_runs());
}

}  // namespace
}  // namespace isoflop::testing::merge_copies_test
