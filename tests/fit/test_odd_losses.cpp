// Losses that are perplexities, scores or FLOPs.
#include <cmath>

#include "catch.hpp"
#include "mistaken_runs.hpp"

namespace isoflop::testing::odd_losses_test {
namespace {

constexpr std::uint64_t kNumSeeds = 6;

bool says(const std::vector<Finding>& found, const std::string& words) {
  return std::any_of(found.begin(), found.end(), [&](const Finding& f) {
    return f.what.find(words) != std::string::npos && !f.cure.empty();
  });
}

TEST_CASE("inspect_runs: losses that are all above any nats per token are a suspicion",
          "[fit][recovery]") {
  for (std::uint64_t seed = 1; seed <= kNumSeeds; ++seed) {
    RunTable runs = sweep(Sweep::kRatios, seed);
    for (double& loss : runs.loss) loss = 3.0 * std::exp(loss);
    CHECK(says(suspects_of(runs), "perplexities?"));
  }
}

TEST_CASE("inspect_runs: perplexities beside nats are named by row", "[fit][recovery]") {
  for (std::uint64_t seed = 1; seed <= kNumSeeds; ++seed) {
    RunTable runs = sweep(Sweep::kRatios, seed);
    const auto wrong = some_rows(runs, 8, seed);
    for (const std::size_t row : wrong) runs.loss[row] = 5.0 * std::exp(runs.loss[row]);
    const auto found = suspects_of(runs);
    REQUIRE_FALSE(found.empty());
    CHECK(found[0].runs == wrong);
  }
}

TEST_CASE("inspect_runs: losses in two scales are named by the fewer rows", "[fit][recovery]") {
  for (std::uint64_t seed = 1; seed <= kNumSeeds; ++seed) {
    RunTable runs = sweep(Sweep::kSquare, seed);
    const auto wrong = some_rows(runs, 8, seed);
    for (const std::size_t row : wrong) runs.loss[row] /= 100.0;
    const auto found = suspects_of(runs);
    REQUIRE_FALSE(found.empty());
    CHECK(found[0].runs == wrong);
    CHECK(says(found, "two scales"));
  }
}

TEST_CASE("inspect_runs: accuracies that rise with the runs are a suspicion", "[fit][recovery]") {
  for (const Sweep kind : kSweeps) {
    for (std::uint64_t seed = 1; seed <= kNumSeeds; ++seed) {
      RunTable runs = sweep(kind, seed);
      for (double& loss : runs.loss) loss = std::exp(-0.5 * loss);
      CAPTURE(static_cast<int>(kind), seed);
      // At one budget each there are few pairs of runs of which one is larger in all.
      CHECK(says(suspects_of(runs), "accuracies"));
    }
  }
}

TEST_CASE("inspect_runs: a loss that rises is a suspicion and one that falls is none",
          "[fit][recovery]") {
  for (std::uint64_t seed = 1; seed <= kNumSeeds; ++seed) {
    RunTable runs = sweep(Sweep::kRatios, seed);
    CHECK(suspects_of(runs).empty());
    for (double& loss : runs.loss) loss = 6.0 - loss;
    CHECK(says(suspects_of(runs), "grows with parameters and tokens"));
  }
}

TEST_CASE("inspect_runs: losses that follow nothing are no score", "[fit][identity]") {
  for (std::uint64_t seed = 1; seed <= kNumSeeds; ++seed) {
    RunTable runs = sweep(Sweep::kRatios, seed);
    Random random(seed);
    for (double& loss : runs.loss) loss = 0.7 * std::exp(0.002 * random.normal());
    CHECK(suspects_of(runs).empty());
  }
}

TEST_CASE("inspect_runs: FLOPs in place of the loss are a suspicion", "[fit][recovery]") {
  RunTable runs = sweep(Sweep::kRatios, 1);
  for (std::size_t i = 0; i < runs.num_runs(); ++i) {
    runs.loss[i] = 6.0 * runs.column(Variable::kN)[i] * runs.column(Variable::kD)[i];
  }
  CHECK(says(suspects_of(runs), "FLOPs, tokens or steps?"));
}

}  // namespace
}  // namespace isoflop::testing::odd_losses_test
