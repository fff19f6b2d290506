// Losses that go with nothing: said, and not said where noise is large but the law is there.
#include <cmath>
#include <limits>
#include <vector>

#include "catch.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/fit/find_no_relation.hpp"
#include "isoflop/fit/fit.hpp"
#include "mistaken_runs.hpp"

namespace isoflop::testing::no_relation_test {
namespace {

std::vector<Finding> found_in(const RunTable& runs) {
  FitOptions options;
  options.num_starts = 100;
  options.profile = false;
  return find_no_relation(Chinchilla::kName, runs, fit(Chinchilla::kName, runs, options));
}

TEST_CASE("find_no_relation: losses that are noise alone, or those of other rows",
          "[fit][recovery]") {
  constexpr int kNumSeeds = 10;
  for (const double noise : {0.001, 0.01, 0.1}) {
    int num_found = 0;
    for (std::uint64_t seed = 1; seed <= kNumSeeds; ++seed) {
      RunTable runs = sweep(Sweep::kSquare, seed);
      Random random(seed);
      for (double& loss : runs.loss) loss = 3.0 * std::exp(noise * random.normal());
      const auto found = found_in(runs);
      num_found += static_cast<int>(!found.empty());
      if (found.empty()) continue;
      CHECK(found[0].severity == FindingSeverity::kSuspect);
      CHECK(found[0].what.find("go neither with N nor with D: one number for all") !=
            std::string::npos);
    }
    CAPTURE(noise);
    CHECK(num_found >= kNumSeeds - 1);
  }
  RunTable mixed = sweep(Sweep::kSquare, 1);
  Random random(2);
  for (std::size_t i = mixed.loss.size() - 1; i > 0; --i) {
    std::swap(mixed.loss[i], mixed.loss[random.below(i + 1)]);
  }
  CHECK(found_in(mixed).size() == 1);
}

TEST_CASE("find_no_relation: none where the losses follow the law", "[fit][identity]") {
  for (const Sweep kind : {Sweep::kSquare, Sweep::kRatios, Sweep::kProfiles, Sweep::kScattered}) {
    for (const double noise : {0.0, 0.003, 0.02}) {
      for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        CAPTURE(static_cast<int>(kind), noise, seed);
        CHECK(found_in(sweep(kind, seed, noise)).empty());
      }
    }
  }
  // The law goes astray, the losses do not: a step that no fit of all runs follows.
  RunTable step = sweep(Sweep::kSquare, 1);
  for (std::size_t i = 0; i < step.num_runs(); ++i) {
    if (step.column(Variable::kN)[i] > 4e8) step.loss[i] *= 1.3;
  }
  CHECK(found_in(step).empty());
  RunTable far = sweep(Sweep::kSquare, 1);
  far.loss[3] *= 1e6;  // one run does not hide what the others show
  CHECK(found_in(far).empty());
}

TEST_CASE("find_no_relation: nothing is said of one loss, of few runs, and of a failed fit",
          "[fit][refusal]") {
  RunTable runs = sweep(Sweep::kSquare, 1);
  FitReport report;
  report.status = FitStatus::kFailed;
  CHECK(find_no_relation(Chinchilla::kName, runs, report).empty());
  runs.loss.assign(runs.loss.size(), 3.0);
  CHECK(found_in(runs).empty());
  RunTable few;
  Random random(4);
  for (std::size_t i = 0; i < 7; ++i) {
    for (const Variable v : {Variable::kN, Variable::kD}) {
      few.column(v).push_back(runs.column(v)[i]);
    }
    few.loss.push_back(3.0 * std::exp(0.1 * random.normal()));
  }
  CHECK(found_in(few).empty());
}

}  // namespace
}  // namespace isoflop::testing::no_relation_test
