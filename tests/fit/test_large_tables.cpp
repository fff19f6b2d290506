// Tables of more than 20,000 runs, of which the starts see a sample.
#include <cmath>

#include "catch.hpp"
#include "isoflop/fit/fit.hpp"
#include "planted_runs.hpp"

namespace isoflop::testing::large_tables_test {
namespace {

RunTable many_runs(std::size_t num_runs, double noise) {
  RunTable runs;
  Random random(5);
  runs.loss.reserve(num_runs);
  for (std::size_t i = 0; i < num_runs; ++i) {
    runs.column(Variable::kN).push_back(std::pow(10.0, random.uniform(8.0, 10.5)));
    runs.column(Variable::kD).push_back(std::pow(10.0, random.uniform(9.0, 12.0)));
    runs.loss.push_back(0.0);
    runs.loss.back() =
        loss_of_row(Chinchilla::kName, kHoffmann, runs, i) * std::exp(noise * random.normal());
  }
  return runs;
}

FitOptions few_starts() {
  FitOptions options;
  options.num_starts = 32;
  options.profile = false;
  return options;
}

TEST_CASE("fit: many runs without noise give back their coefficients", "[fit][recovery]") {
  const FitReport report = fit(Chinchilla::kName, many_runs(25'000, 0.0), few_starts());
  CHECK(report.verdict == Verdict::kCertified);
  CHECK(report.num_runs == 25'000);
  for (std::size_t p = 0; p < 5; ++p) {
    // As for few runs.
    CHECK(report.coefficients.at(p) == Approx(kHoffmann[p]).epsilon(1e-6));
  }
}

TEST_CASE("fit: on many runs the minimum is that of all of them and not of the sample",
          "[fit][identity]") {
  const RunTable runs = many_runs(25'000, 0.02);
  const FitReport report = fit(Chinchilla::kName, runs, few_starts());
  CHECK(report.verdict == Verdict::kCertified);
  CHECK(report.num_starts == 32);
  CHECK(report.starts_at_best >= 2);
  double objective = 0.0;
  for (std::size_t i = 0; i < runs.num_runs(); ++i) {
    const double r = std::abs(
        std::log(loss_of_row(Chinchilla::kName, report.coefficients, runs, i) / runs.loss[i]));
    objective += r <= 1e-3 ? 0.5 * r * r : 1e-3 * (r - 0.5e-3);
  }
  CHECK(report.objective == Approx(objective).epsilon(1e-9));
  CHECK(report.gradient_norm <= 1e-6 * objective + 1e-13 * 25'000);
  // The noise of 25,000 runs moves the exponents by about a hundredth.
  CHECK(report.coefficients.at(2) == Approx(kHoffmann[2]).epsilon(0.05));
  CHECK(report.coefficients.at(4) == Approx(kHoffmann[4]).epsilon(0.05));
}

TEST_CASE("fit: on many runs any number of threads gives the same bits", "[fit][identity]") {
  const RunTable runs = many_runs(20'001, 0.02);
  FitOptions options = few_starts();
  options.num_starts = 16;
  options.num_threads = 1;
  const FitReport one = fit(Chinchilla::kName, runs, options);
  options.num_threads = 3;
  const FitReport three = fit(Chinchilla::kName, runs, options);
  CHECK(three.coefficients == one.coefficients);
  CHECK(three.objective == one.objective);
  CHECK(three.starts_at_best == one.starts_at_best);
}

}  // namespace
}  // namespace isoflop::testing::large_tables_test
