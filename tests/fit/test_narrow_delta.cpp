#include "catch.hpp"
#include "isoflop/fit/fit.hpp"
#include "planted_runs.hpp"

namespace isoflop::testing::narrow_delta_test {
namespace {

TEST_CASE("fit: a delta far below the noise converges", "[fit][identity]") {
  const RunTable runs = planted_runs(Chinchilla{}, kHoffmann, 0.01);
  FitOptions options;
  options.num_starts = 40;
  double last = 0.0;
  for (const double delta : {1e-4, 1e-6, 1e-7}) {
    options.huber_delta = delta;
    const FitReport report = fit(Chinchilla::kName, runs, options);
    CHECK(report.status == FitStatus::kConverged);
    // F / delta is the sum of |r| less what the parabolas save, so it rises as delta falls.
    CHECK(report.objective / delta > last);
    last = report.objective / delta;
  }
}

TEST_CASE("fit: first starts count among the starts and are tried first", "[fit][identity]") {
  const RunTable runs = planted_runs(Chinchilla{}, kHoffmann, 0.01);
  FitOptions options;
  options.num_starts = 40;
  const FitReport cold = fit(Chinchilla::kName, runs, options);
  options.num_starts = 1;
  options.first_starts = {cold.coefficients, kHoffmann};
  const FitReport warm = fit(Chinchilla::kName, runs, options);
  CHECK(warm.num_starts == 3);
  CHECK(warm.starts_at_best >= 2);
  CHECK(warm.objective == Approx(cold.objective).epsilon(1e-9));
}

TEST_CASE("fit: a first start of another law is refused", "[fit][refusal]") {
  FitOptions options;
  options.first_starts = {kKrajewski};
  CHECK_THROWS_AS(fit(Chinchilla::kName, planted_runs(Chinchilla{}, kHoffmann), options),
                  InvalidArgument);
}

}  // namespace
}  // namespace isoflop::testing::narrow_delta_test
