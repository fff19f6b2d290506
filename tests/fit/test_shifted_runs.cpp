// Runs of two kinds in one table: named with the column that tells them apart, and none named where
// another law than the one fitted, or a bend in it, is the reason.
#include <cmath>

#include "catch.hpp"
#include "isoflop/fit/find_shifted_runs.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/io/law_file.hpp"
#include "mistaken_runs.hpp"
#include "published/public_runs.hpp"

namespace isoflop::testing::shifted_runs_test {
namespace {

constexpr std::uint64_t kNumSeeds = 6;
constexpr double kNoise = 0.003;

FitOptions quick() {
  FitOptions options;
  options.num_starts = 100;
  options.profile = false;
  return options;
}

std::vector<Finding> found_in(const RunTable& runs, const AnyLaw& law = Chinchilla::kName) {
  return find_shifted_runs(law, runs, quick(), fit(law, runs, quick()));
}

double middle_of(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

TEST_CASE("find_shifted_runs: the upper half of the sizes at another level is named by N",
          "[fit][recovery]") {
  for (const Sweep kind : {Sweep::kRatios, Sweep::kProfiles}) {
    for (std::uint64_t seed = 1; seed <= kNumSeeds; ++seed) {
      RunTable runs = sweep(kind, seed, kNoise);
      const double middle = middle_of(runs.column(Variable::kN));
      std::vector<std::size_t> shifted;
      for (std::size_t i = 0; i < runs.num_runs(); ++i) {
        if (runs.column(Variable::kN)[i] < middle) continue;
        runs.loss[i] *= 1.08;
        shifted.push_back(i);
      }
      const auto found = found_in(runs);
      CAPTURE(static_cast<int>(kind), seed);
      REQUIRE(found.size() == 1);
      CHECK(found[0].severity == FindingSeverity::kSuspect);
      CHECK(found[0].what.find("(") != std::string::npos);
      CHECK(found[0].what.find("N >=") != std::string::npos);
      // Half of the runs: either half may be called the others.
      const std::size_t named = found[0].runs.size();
      CHECK(2 * named == runs.num_runs());
    }
  }
}

TEST_CASE("find_shifted_runs: a shift so large that the fit of all runs goes astray",
          "[fit][recovery]") {
  struct Case {
    double factor, share_below;
  };
  for (const auto& [factor, share_below] : {Case{1.15, 0.3}, Case{1.3, 0.3}, Case{0.7, 0.8}}) {
    std::uint64_t num_named = 0;
    for (std::uint64_t seed = 1; seed <= kNumSeeds; ++seed) {
      RunTable runs = sweep(Sweep::kProfiles, seed, kNoise);
      std::vector<double> sizes = runs.column(Variable::kN);
      std::sort(sizes.begin(), sizes.end());
      const double cut =
          sizes[static_cast<std::size_t>(share_below * static_cast<double>(sizes.size()))];
      for (std::size_t i = 0; i < runs.num_runs(); ++i) {
        if (runs.column(Variable::kN)[i] >= cut) runs.loss[i] *= factor;
      }
      const auto found = found_in(runs);
      num_named += static_cast<std::uint64_t>(found.size() == 1 &&
                                              found[0].what.find("N >=") != std::string::npos);
    }
    CAPTURE(factor, share_below);
    CHECK(num_named == kNumSeeds);
  }
}

TEST_CASE("find_shifted_runs: a group at another level is named by its name", "[fit][recovery]") {
  std::size_t num_tried = 0, num_found = 0, num_exact = 0;
  for (const Sweep kind : kSweeps) {
    for (std::uint64_t seed = 1; seed <= kNumSeeds; ++seed) {
      RunTable runs = sweep(kind, seed, kNoise);
      const auto shifted = some_rows(runs, 11, seed);
      runs.group.assign(runs.num_runs(), "bpe");
      for (const std::size_t row : shifted) {
        runs.loss[row] *= 1.1;
        runs.group[row] = "bytes";
      }
      const auto found = found_in(runs);
      ++num_tried;
      num_found += found.size() == 1;
      num_exact += found.size() == 1 && found[0].runs == shifted &&
                   found[0].what.find("(group bytes)") != std::string::npos;
    }
  }
  CAPTURE(num_tried, num_found, num_exact);
  // The fit of both kinds may lie so far away that no way leads back.
  CHECK(num_found >= num_tried - 2);
  CHECK(num_exact == num_found);
}

TEST_CASE("find_shifted_runs: runs at another level that no column tells apart are named by row",
          "[fit][recovery]") {
  std::size_t num_exact = 0;
  for (std::uint64_t seed = 1; seed <= kNumSeeds; ++seed) {
    RunTable runs = sweep(Sweep::kScattered, seed, kNoise);
    const auto shifted = some_rows(runs, 8, seed);
    for (const std::size_t row : shifted) runs.loss[row] *= 1.1;
    const auto found = found_in(runs);
    num_exact += found.size() == 1 && found[0].runs == shifted;
  }
  CHECK(num_exact >= kNumSeeds - 1);
}

TEST_CASE("find_shifted_runs: honest runs of the law have no second kind", "[fit][identity]") {
  for (const Sweep kind : kSweeps) {
    for (const double noise : {0.0003, 0.003, 0.03}) {
      for (std::uint64_t seed = 1; seed <= kNumSeeds; ++seed) {
        const auto found = found_in(sweep(kind, seed, noise));
        CAPTURE(static_cast<int>(kind), noise, seed, found.empty() ? "" : found[0].what);
        CHECK(found.empty());
      }
    }
  }
}

TEST_CASE("find_shifted_runs: another law than the one fitted is no second kind",
          "[fit][identity]") {
  const LawRecord kaplan = find_law("kaplan2020");
  for (const Sweep kind : kSweeps) {
    for (const double noise : {0.0003, 0.003}) {
      for (std::uint64_t seed = 1; seed <= kNumSeeds; ++seed) {
        RunTable runs = sweep(kind, seed, noise);
        for (std::size_t i = 0; i < runs.num_runs(); ++i) {
          const double own = loss_of_row(Chinchilla::kName, kHoffmann, runs, i);
          runs.loss[i] *= loss_of_row(Kaplan::kName, kaplan.coefficients, runs, i) / own;
        }
        const auto found = found_in(runs);
        CAPTURE(static_cast<int>(kind), noise, seed, found.empty() ? "" : found[0].what);
        CHECK(found.empty());
      }
    }
  }
}

TEST_CASE("find_shifted_runs: a law that breaks is no second kind", "[fit][identity]") {
  for (const Sweep kind : kSweeps) {
    for (const Variable v : {Variable::kN, Variable::kD}) {
      for (const double noise : {0.0003, 0.003}) {
        for (std::uint64_t seed = 1; seed <= kNumSeeds; ++seed) {
          RunTable runs = sweep(kind, seed, noise);
          // Beyond the middle the term falls with less than half of its exponent.
          const std::size_t scale = v == Variable::kN ? 1 : 3;
          const double middle = middle_of(runs.column(v)), power = kHoffmann[scale + 1];
          for (std::size_t i = 0; i < runs.num_runs(); ++i) {
            const double x = runs.column(v)[i];
            if (x <= middle) continue;
            const double own = loss_of_row(Chinchilla::kName, kHoffmann, runs, i);
            const double term = kHoffmann[scale] * std::pow(x, -power);
            const double broken =
                kHoffmann[scale] * std::pow(middle, -power) * std::pow(x / middle, -0.4 * power);
            runs.loss[i] *= (own - term + broken) / own;
          }
          const auto found = found_in(runs);
          CAPTURE(static_cast<int>(kind), static_cast<int>(v), noise, seed);
          CAPTURE(found.empty() ? "" : found[0].what);
          CHECK(found.empty());
        }
      }
    }
  }
}

TEST_CASE("find_shifted_runs: the simulated grid that ships has no second kind",
          "[fit][identity]") {
  CHECK(found_in(shipped_simulated_runs(), FineGrainedMoe::kName).empty());
}

TEST_CASE("find_shifted_runs: public sweeps have no second kind", "[fit][published]") {
  CHECK(found_in(chinchilla_points_240()).empty());
  CHECK(found_in(olmoe_cells().runs, FineGrainedMoe::kName).empty());
}

}  // namespace
}  // namespace isoflop::testing::shifted_runs_test
