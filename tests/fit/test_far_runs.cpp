// Single runs far from the law of all others: named, and none where noise has long tails or a fit
// is bad as a whole.
#include <cmath>
#include <limits>
#include <vector>

#include "catch.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/fit/find_far_runs.hpp"
#include "isoflop/fit/fit.hpp"
#include "mistaken_runs.hpp"

namespace isoflop::testing::far_runs_test {
namespace {

std::vector<Finding> found_in(const RunTable& runs, const AnyLaw& law = Chinchilla::kName) {
  FitOptions options;
  options.num_starts = 100;
  options.profile = false;
  return find_far_runs(law, runs, fit(law, runs, options));
}

TEST_CASE("usual_residual: the standard deviation of normal residuals, whatever one of them is",
          "[fit][identity]") {
  Random random(3);
  std::vector<double> residuals;
  for (int i = 0; i < 20'001; ++i) residuals.push_back(0.01 * random.normal());
  CHECK(usual_residual(residuals) == Approx(0.01).epsilon(0.03));
  residuals.push_back(1e6);
  residuals.push_back(std::numeric_limits<double>::quiet_NaN());
  CHECK(usual_residual(residuals) == Approx(0.01).epsilon(0.03));
  CHECK(usual_residual({}) == 0.0);
}

TEST_CASE("find_far_runs: one run far off is named with how far", "[fit][recovery]") {
  for (const double factor : {1.5, 0.7}) {
    RunTable runs = sweep(Sweep::kSquare, 1);
    runs.loss[8] *= factor;
    const auto found = found_in(runs);
    CAPTURE(factor);
    REQUIRE(found.size() == 1);
    CHECK(found[0].severity == FindingSeverity::kSuspect);
    CHECK(found[0].runs == std::vector<std::size_t>{8});
    CHECK(found[0].what.find(factor > 1.0 ? "% above the law of the others"
                                          : "% below the law of the others") != std::string::npos);
    CHECK(show_fields(found[0].cure, FieldStyle::kFlag) ==
          "Look at it, or leave it out with --drop-worst 1");
  }
}

TEST_CASE("find_far_runs: none where no run is alone", "[fit][identity]") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    CAPTURE(seed);
    CHECK(found_in(sweep(Sweep::kSquare, seed)).empty());
    CHECK(found_in(sweep(Sweep::kScattered, seed, 1e-6)).empty());
    RunTable tails = sweep(Sweep::kRatios, seed, 0.0);  // Student's t of three degrees of freedom
    Random random(seed);
    for (double& loss : tails.loss) {
      double squares = 0.0;
      for (int i = 0; i < 3; ++i) squares += std::pow(random.normal(), 2);
      loss *= std::exp(0.003 * random.normal() / std::sqrt(squares / 3.0));
    }
    CHECK(found_in(tails).empty());
    RunTable noise = sweep(Sweep::kSquare, seed);
    for (double& loss : noise.loss) loss = random.uniform(2.0, 4.0);
    CHECK(found_in(noise).empty());
    RunTable many = sweep(Sweep::kSquare, seed);  // a population is no mistake of single rows
    for (std::size_t i = 0; i < 4; ++i) many.loss[7 * i] *= 1.5;
    CHECK(found_in(many).empty());
  }
}

}  // namespace
}  // namespace isoflop::testing::far_runs_test
