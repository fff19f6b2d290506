#include <algorithm>
#include <bit>
#include <cstdint>

#include "catch.hpp"
#include "isoflop/fit/fit.hpp"
#include "planted_runs.hpp"

namespace isoflop::testing::fit_status_test {
namespace {

FitOptions with_starts(std::size_t count) {
  FitOptions options;
  options.num_starts = count;
  return options;
}

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b);
}

TEST_CASE("fit: a single start cannot confirm itself", "[fit][refusal]") {
  const RunTable runs = planted_runs(Chinchilla{}, kHoffmann, 0.01);
  // Of this seed the only start reaches the minimum: nothing else is wrong with the fit.
  const FitReport report = fit(Chinchilla::kName, runs, with_starts(1));
  CHECK(report.status == FitStatus::kNotConverged);
  CHECK(report.questions.optimum.why ==
        std::vector<std::string>{"one start cannot confirm itself"});
  CHECK(report.coefficients.size() == 5);
}

TEST_CASE("fit: agreement of starts is counted over all starts", "[fit][identity]") {
  const FitReport report =
      fit(Chinchilla::kName, planted_runs(Chinchilla{}, kHoffmann, 0.01), with_starts(40));
  CHECK(report.num_starts == 40);
  CHECK(report.starts_at_best >= 2);
  CHECK(report.starts_at_best <= 40);
}

TEST_CASE("fit: runs that leave a coefficient open only interpolate", "[fit][refusal]") {
  // One N only: E and A / N^alpha cannot be told apart, whatever A is.
  RunTable runs = planted_runs(Chinchilla{}, kHoffmann);
  for (std::size_t i = 0; i < runs.num_runs(); ++i) {
    runs.column(Variable::kN)[i] = 1e9;
    runs.loss[i] = loss_of_row(Chinchilla::kName, kHoffmann, runs, i);
  }
  FitOptions options = with_starts(40);
  options.fixed["alpha"] = kHoffmann[2];
  const FitReport report = fit(Chinchilla::kName, runs, options);
  CHECK(report.condition_number > 1e12);
  CHECK(report.questions.coefficients.word == CoefficientsWord::kNotDetermined);
  CHECK(report.verdict == Verdict::kInterpolates);
  REQUIRE_FALSE(report.reasons.empty());
  CHECK(report.reasons[0].find("some coefficients are not determined") != std::string::npos);
}

TEST_CASE("fit: as many coefficients as runs determine none", "[fit][refusal]") {
  const RunTable runs = planted_runs(Chinchilla{}, kHoffmann);
  const FitReport report =
      fit(Chinchilla::kName, rows_of(runs, {0, 3, 9, 16, 19}), with_starts(40));
  const std::string reason = "as many coefficients as runs: the fit cannot show its error";
  CHECK(std::count(report.reasons.begin(), report.reasons.end(), reason) == 1);
  CHECK(report.questions.coefficients.word == CoefficientsWord::kNotDetermined);
  CHECK(report.verdict != Verdict::kCertified);
}

TEST_CASE("fit: the gradient of a converged fit is zero to rounding", "[fit][derivative]") {
  const FitReport report =
      fit(Chinchilla::kName, planted_runs(Chinchilla{}, kHoffmann, 0.01), with_starts(40));
  REQUIRE(report.status == FitStatus::kConverged);
  // 20 runs, residuals rounded at 1e-16, derivatives of up to ln N = 23.
  CHECK(report.gradient_norm < 1e-13);
  CHECK(report.condition_number > 1.0);
  CHECK(report.condition_number < 1e12);
}

TEST_CASE("fit: reports are the same to the bit for any number of threads", "[fit][identity]") {
  const RunTable runs = planted_runs(FineGrainedMoe{}, kKrajewski, 0.01);
  const auto with_threads = [&](unsigned count) {
    FitOptions options = with_starts(30);
    options.num_threads = count;
    return fit(FineGrainedMoe::kName, runs, options);
  };
  const FitReport one = with_threads(1);
  for (const unsigned count : {2u, 5u}) {
    CAPTURE(count);
    const FitReport many = with_threads(count);
    CHECK(many.status == one.status);
    CHECK(same_bits(many.objective, one.objective));
    CHECK(many.starts_at_best == one.starts_at_best);
    CHECK(many.best_start == one.best_start);
    CHECK(same_bits(many.gradient_norm, one.gradient_norm));
    CHECK(same_bits(many.condition_number, one.condition_number));
    CHECK(same_bits(many.rmse_log, one.rmse_log));
    CHECK(same_bits(many.rmse_nats, one.rmse_nats));
    REQUIRE(many.coefficients.size() == one.coefficients.size());
    for (std::size_t p = 0; p < one.coefficients.size(); ++p) {
      CHECK(same_bits(many.coefficients[p], one.coefficients[p]));
    }
  }
}

TEST_CASE("fit: another seed finds the same minimum from other starts", "[fit][identity]") {
  const RunTable runs = planted_runs(FineGrainedMoe{}, kKrajewski, 0.01);
  FitOptions options = with_starts(30);
  const FitReport first = fit(FineGrainedMoe::kName, runs, options);
  options.seed = 2;
  const FitReport second = fit(FineGrainedMoe::kName, runs, options);

  // The objective near its minimum is flat: both are exact to the rounding of a sum of 60 losses.
  CHECK(second.objective == Approx(first.objective).epsilon(1e-12));
}

TEST_CASE("fit: progress counts every start up to the last", "[fit][identity]") {
  FitOptions options = with_starts(12);
  std::size_t num_calls = 0, last = 0, all = 0;
  options.num_threads = 3;
  options.progress = [&](std::size_t done, std::size_t of) {
    ++num_calls;
    last = std::max(last, done);
    all = of;
  };
  fit(Chinchilla::kName, planted_runs(Chinchilla{}, kHoffmann), options);
  CHECK(num_calls == 12);
  CHECK(last == 12);
  CHECK(all == 12);
}

}  // namespace
}  // namespace isoflop::testing::fit_status_test
