// Rows in another unit, and N and D exchanged: found in any share of the rows, and not found in
// honest sweeps.
#include <cmath>

#include "catch.hpp"
#include "mistaken_runs.hpp"

namespace isoflop::testing::other_readings_test {
namespace {

constexpr std::uint64_t kNumSeeds = 6;

bool names(const std::vector<Finding>& found, const std::vector<std::size_t>& rows) {
  return std::any_of(found.begin(), found.end(),
                     [&](const Finding& f) { return f.runs == rows && !f.cure.empty(); });
}

TEST_CASE("inspect_runs: honest sweeps of every design and noise raise no suspicion",
          "[fit][identity]") {
  for (const Sweep kind : kSweeps) {
    for (const double noise : {0.0, 0.001, 0.01, 0.05}) {
      for (std::uint64_t seed = 1; seed <= 4 * kNumSeeds; ++seed) {
        const auto found = suspects_of(sweep(kind, seed, noise));
        CAPTURE(static_cast<int>(kind), noise, seed, found.empty() ? "" : found[0].what);
        CHECK(found.empty());
      }
    }
  }
}

TEST_CASE("inspect_runs: a sweep with three honest decades between two sizes raises no suspicion",
          "[fit][identity]") {
  for (std::uint64_t seed = 1; seed <= kNumSeeds; ++seed) {
    RunTable runs;
    Random random(seed);
    for (const double n : {1e6, 2e6, 4e6, 8e9, 1.6e10, 3.2e10}) {
      for (const double d : {1e9, 4e9, 1.6e10, 6.4e10}) {
        runs.column(Variable::kN).push_back(n);
        runs.column(Variable::kD).push_back(d);
        runs.loss.push_back(0.0);
        runs.loss.back() = loss_of_row(Chinchilla::kName, kHoffmann, runs, runs.num_runs() - 1) *
                           std::exp(0.005 * random.normal());
      }
    }
    CAPTURE(seed);
    CHECK(suspects_of(runs).empty());
  }
}

TEST_CASE("inspect_runs: 1 to 15 of 30 rows in thousands, millions or billions are named",
          "[fit][recovery]") {
  std::size_t num_tried = 0, num_suspect = 0, num_exact = 0;
  for (const Sweep kind : {Sweep::kRatios, Sweep::kSquare, Sweep::kScattered, Sweep::kProfiles}) {
    for (const Variable v : {Variable::kN, Variable::kD}) {
      for (const double factor : {1e3, 1e6, 1e9}) {
        for (const std::size_t count : {1, 4, 10, 15}) {
          for (std::uint64_t seed = 1; seed <= kNumSeeds; ++seed) {
            RunTable runs = sweep(kind, seed);
            const auto wrong = some_rows(runs, count, 100 + seed);
            for (const std::size_t row : wrong) runs.column(v)[row] /= factor;
            const auto found = suspects_of(runs);
            ++num_tried;
            num_suspect += !found.empty();
            num_exact += names(found, wrong);
          }
        }
      }
    }
  }
  CAPTURE(num_tried, num_suspect, num_exact);
  // A run so small that its loss is far above the others may as well be a run that failed.
  CHECK(static_cast<double>(num_suspect) >= 0.97 * static_cast<double>(num_tried));
  CHECK(static_cast<double>(num_exact) >= 0.94 * static_cast<double>(num_tried));
}

TEST_CASE("inspect_runs: of two halves the one without raw counts is named", "[fit][recovery]") {
  for (std::uint64_t seed = 1; seed <= kNumSeeds; ++seed) {
    RunTable runs = sweep(Sweep::kRatios, seed);
    std::vector<std::size_t> odd;
    for (std::size_t row = 0; row < runs.num_runs(); row += 2) {
      runs.column(Variable::kD)[row] /= 1e9;
      odd.push_back(row);
    }
    const auto found = suspects_of(runs);
    REQUIRE(found.size() == 1);
    CHECK(found[0].runs == odd);
    CHECK(found[0].what.find("billions beside raw counts of training tokens") != std::string::npos);
  }
}

TEST_CASE("inspect_runs: N and D exchanged in some rows are named", "[fit][recovery]") {
  std::size_t num_exact = 0;
  for (std::uint64_t seed = 1; seed <= kNumSeeds; ++seed) {
    RunTable runs = sweep(Sweep::kScattered, seed, 0.002);
    const auto wrong = some_rows(runs, 6, seed);
    for (const std::size_t row : wrong) {
      std::swap(runs.column(Variable::kN)[row], runs.column(Variable::kD)[row]);
    }
    num_exact += names(suspects_of(runs), wrong);
  }
  CHECK(num_exact >= kNumSeeds - 1);
}

TEST_CASE("inspect_runs: N and D exchanged in all rows are a suspicion where that is clear",
          "[fit][recovery]") {
  for (std::uint64_t seed = 1; seed <= kNumSeeds; ++seed) {
    RunTable runs = sweep(Sweep::kRatios, seed);
    std::swap(runs.column(Variable::kN), runs.column(Variable::kD));
    const auto found = suspects_of(runs);
    REQUIRE(found.size() == 1);
    CHECK(found[0].what.find("N and D exchanged?") != std::string::npos);
  }
}

TEST_CASE("inspect_runs: few tokens for large models alone are a note at most", "[fit][identity]") {
  RunTable runs = sweep(Sweep::kRatios, 1);
  for (double& d : runs.column(Variable::kD)) d /= 200.0;  // D/N from .05 to .8
  for (std::size_t i = 0; i < runs.num_runs(); ++i) {
    runs.loss[i] = loss_of_row(Chinchilla::kName, kHoffmann, runs, i);
  }
  CHECK(suspects_of(runs).empty());
}

TEST_CASE("inspect_runs: a long table is asked by a part of it and named whole",
          "[fit][recovery]") {
  RunTable runs;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const RunTable more = sweep(Sweep::kScattered, seed);
    for (const Variable v : Chinchilla::kVariables) {
      runs.column(v).insert(runs.column(v).end(), more.column(v).begin(), more.column(v).end());
    }
    runs.loss.insert(runs.loss.end(), more.loss.begin(), more.loss.end());
  }
  const auto wrong = some_rows(runs, 100, 3);
  for (const std::size_t row : wrong) runs.column(Variable::kD)[row] /= 1e6;
  const auto found = suspects_of(runs);
  REQUIRE(found.size() == 1);
  CHECK(found[0].runs == wrong);
}

}  // namespace
}  // namespace isoflop::testing::other_readings_test
