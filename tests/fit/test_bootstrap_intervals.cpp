#include "catch.hpp"
#include "isoflop/fit/bootstrap.hpp"
#include "isoflop/fit/fit.hpp"
#include "planted_runs.hpp"

namespace isoflop::testing::bootstrap_intervals_test {
namespace {

std::vector<EstimatedInterval> intervals(const BootstrapOptions& how) {
  const RunTable runs = planted_runs(Chinchilla{}, kHoffmann, 0.005);
  FitOptions options;
  options.num_starts = 100;
  options.profile = false;
  const FitReport report = fit(Chinchilla::kName, runs, options);
  return coefficient_intervals(report.coefficients,
                               bootstrap(Chinchilla::kName, runs, options, report, how).draws);
}

TEST_CASE("coefficient_intervals: a default bootstrap gives percentile intervals",
          "[fit][format]") {
  const auto got = intervals({.resamples = 200});
  REQUIRE(got.size() == kNumCoefficients<Chinchilla>);
  for (const EstimatedInterval& i : got) {
    CHECK(i.method == IntervalMethod::kPercentile);
    CHECK(i.range.low < i.range.high);
  }
}

TEST_CASE("coefficient_intervals: a jackknife makes them BCa", "[fit][format]") {
  const auto got = intervals({.resamples = 200, .jackknife = true});
  REQUIRE(got.size() == kNumCoefficients<Chinchilla>);
  for (const EstimatedInterval& i : got) CHECK(i.method == IntervalMethod::kBca);
}

}  // namespace
}  // namespace isoflop::testing::bootstrap_intervals_test
