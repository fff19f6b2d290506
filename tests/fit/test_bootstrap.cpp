// Resamples: what is drawn, what the refits are, and what they say of the coefficients.
#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "catch.hpp"
#include "fit/resampling.hpp"
#include "isoflop/core/select_rows.hpp"
#include "isoflop/fit/bootstrap.hpp"
#include "isoflop/fit/fit.hpp"
#include "planted_runs.hpp"
#include "published/public_runs.hpp"
#include "within.hpp"

namespace isoflop::testing::bootstrap_test {
namespace {

FitOptions few_starts() {
  FitOptions options;
  options.num_starts = 100;
  options.profile = false;
  return options;
}

BootstrapOptions resamples(std::size_t count, std::uint64_t seed = 1) {
  BootstrapOptions how;
  how.jackknife = true;
  how.resamples = count;
  how.seed = seed;
  return how;
}

BootstrapReport bootstrapped(std::string_view law, const RunTable& runs, const FitOptions& options,
                             const BootstrapOptions& how) {
  return bootstrap(law, runs, options, fit(law, runs, options), how);
}

std::vector<double> column(const std::vector<std::vector<double>>& draws, std::size_t p) {
  std::vector<double> out;
  for (const auto& draw : draws) out.push_back(draw.at(p));
  return out;
}

double mean_of(const std::vector<double>& x) {
  double sum = 0.0;
  for (const double value : x) sum += value;
  return sum / static_cast<double>(x.size());
}

double standard_deviation(const std::vector<double>& x) {
  double squares = 0.0;
  for (const double value : x) squares += std::pow(value - mean_of(x), 2);
  return std::sqrt(squares / static_cast<double>(x.size() - 1));
}

/// Squares in raw residuals with all of chinchilla fixed but E, which is then a weighted mean.
struct MeanOfE {
  RunTable runs;
  FitOptions options = few_starts();

  explicit MeanOfE(std::size_t num_runs) {
    options.huber_delta = std::numeric_limits<double>::infinity();
    options.residual = Residual::kRaw;
    options.num_starts = 10;
    options.fixed = {
        {"A", kHoffmann[1]}, {"alpha", kHoffmann[2]}, {"B", kHoffmann[3]}, {"beta", kHoffmann[4]}};
    Random random(11);
    for (std::size_t i = 0; i < num_runs; ++i) {
      runs.column(Variable::kN).push_back(std::pow(10.0, random.uniform(8.0, 10.0)));
      runs.column(Variable::kD).push_back(std::pow(10.0, random.uniform(9.0, 11.0)));
      runs.loss.push_back(0.0);
      runs.loss.back() =
          loss_of_row(Chinchilla::kName, kHoffmann, runs, i) + 0.02 * random.normal();
    }
  }
  BootstrapReport draws(const BootstrapOptions& how) const {
    return bootstrapped(Chinchilla::kName, runs, options, how);
  }
  /// What each run says of E.
  std::vector<double> values() const {
    std::vector<double> out;
    for (std::size_t i = 0; i < runs.num_runs(); ++i) {
      out.push_back(runs.loss[i] - loss_of_row(Chinchilla::kName, kHoffmann, runs, i) +
                    kHoffmann[0]);
    }
    return out;
  }
};

TEST_CASE("bootstrap: certified and failed refits add up to the resamples", "[fit][identity]") {
  for (const RunTable& runs :
       {shipped_simulated_runs(), planted_runs(FineGrainedMoe{}, kKrajewski)}) {
    const auto report = bootstrapped("fine-grained-moe", runs, few_starts(), resamples(200));
    CHECK(report.resamples == 200);
    CHECK(report.certified + report.failed == 200);
    CHECK(report.draws.bootstrap.size() == report.certified);
    CHECK(report.num_groups == runs.num_runs());
    CHECK(report.draws.jackknife.size() <= runs.num_runs());
    // On such runs refits work: hardly any is lost, and few need to start afresh.
    CHECK(report.certified >= 198);
    CHECK(report.sent_back <= 10);
  }
}

TEST_CASE("bootstrap: any number of threads gives the same draws", "[fit][identity]") {
  const RunTable runs = shipped_simulated_runs();
  FitOptions options = few_starts();
  const FitReport report = fit("fine-grained-moe", runs, options);
  options.num_threads = 1;
  const auto one = bootstrap("fine-grained-moe", runs, options, report, resamples(60));
  options.num_threads = 3;
  const auto three = bootstrap("fine-grained-moe", runs, options, report, resamples(60));
  CHECK(one.draws.bootstrap == three.draws.bootstrap);
  CHECK(one.draws.jackknife == three.draws.jackknife);
  CHECK(one.sent_back == three.sent_back);
}

TEST_CASE("bootstrap: more resamples begin with the same draws and another seed has others",
          "[fit][identity]") {
  const MeanOfE planted(50);
  const auto ten = planted.draws(resamples(10)).draws.bootstrap;
  auto twenty = planted.draws(resamples(20)).draws.bootstrap;
  REQUIRE(twenty.size() == 20);
  twenty.resize(10);
  CHECK(ten == twenty);
  CHECK(ten != planted.draws(resamples(10, 2)).draws.bootstrap);
}

TEST_CASE("bootstrap: without noise every draw is the estimate", "[fit][recovery]") {
  const auto report = bootstrapped("fine-grained-moe", planted_runs(FineGrainedMoe{}, kKrajewski),
                                   few_starts(), resamples(100));
  REQUIRE(report.certified == 100);
  for (const auto& draw : report.draws.bootstrap) {
    for (std::size_t p = 0; p < 7; ++p) CHECK(draw[p] == Approx(kKrajewski[p]).epsilon(1e-6));
  }
}

TEST_CASE("bootstrap: two groups leave three draws and one group leaves the fit",
          "[fit][identity]") {
  RunTable runs = planted_runs(Chinchilla{}, kHoffmann, 0.01);
  for (std::size_t i = 0; i < runs.num_runs(); ++i) runs.group.push_back(i % 2 == 0 ? "a" : "b");
  BootstrapOptions how = resamples(40);
  how.size = ResampleSize::kSame;
  const auto two = bootstrapped("chinchilla", runs, few_starts(), how);
  CHECK(two.num_groups == 2);
  CHECK(two.draws.jackknife.size() == 2);
  // The first group twice, the second twice, both: counted apart in six digits of E.
  std::set<long> distinct;
  for (const auto& draw : two.draws.bootstrap) distinct.insert(std::lround(1e6 * draw[0]));
  CHECK(distinct.size() == 3);

  runs.group.assign(runs.num_runs(), "a");
  const FitReport whole = fit("chinchilla", runs, few_starts());
  const auto one = bootstrap("chinchilla", runs, few_starts(), whole, resamples(10));
  CHECK(one.num_groups == 1);
  REQUIRE(one.certified == 10);
  for (const auto& draw : one.draws.bootstrap) {
    for (std::size_t p = 0; p < 5; ++p) {
      CHECK(draw[p] == Approx(whole.coefficients[p]).epsilon(1e-6));
    }
  }
}

TEST_CASE("bootstrap: a run whose group is empty is drawn alone", "[fit][identity]") {
  MeanOfE planted(40);
  const auto alone = planted.draws(resamples(30));
  planted.runs.group.assign(40, "");
  const auto empty = planted.draws(resamples(30));
  CHECK(empty.num_groups == 40);
  CHECK(empty.draws.bootstrap == alone.draws.bootstrap);
  planted.runs.group[3] = planted.runs.group[8] = planted.runs.group[30] = "seeds of one cell";
  CHECK(planted.draws(resamples(1)).num_groups == 38);
}

TEST_CASE("bootstrap: a run of weight zero is as good as no run", "[fit][identity]") {
  const MeanOfE planted(30);
  MeanOfE with_zeros(60);
  for (std::size_t i = 0; i < 60; ++i) with_zeros.runs.weight.push_back(i < 30 ? 1.0 : 0.0);
  const auto expected = planted.draws(resamples(30)), found = with_zeros.draws(resamples(30));
  CHECK(found.num_groups == 30);
  REQUIRE(found.certified == 30);
  for (std::size_t i = 0; i < 30; ++i) {
    // The same sums in the same order; the descent begins at another rounding of the fit.
    CHECK(found.draws.bootstrap[i][0] == Approx(expected.draws.bootstrap[i][0]).epsilon(1e-9));
  }
}

TEST_CASE("bootstrap: the jackknife of a weighted mean leaves each run out once",
          "[fit][identity]") {
  MeanOfE planted(25);
  for (std::size_t i = 0; i < 25; ++i) planted.runs.weight.push_back(i % 5 == 0 ? 4.0 : 0.5);
  const auto report = planted.draws(resamples(1));
  const auto values = planted.values();
  REQUIRE(report.draws.jackknife.size() == 25);
  for (std::size_t left_out = 0; left_out < 25; ++left_out) {
    double sum = 0.0, weights = 0.0;
    for (std::size_t i = 0; i < 25; ++i) {
      if (i == left_out) continue;
      sum += planted.runs.weight[i] * values[i];
      weights += planted.runs.weight[i];
    }
    // Squares in E come to a minimum whose place is known to the root of their rounding.
    CHECK(report.draws.jackknife[left_out][0] == Approx(sum / weights).epsilon(1e-7));
  }
}

TEST_CASE("bootstrap: the spread of a mean is its standard error", "[fit][recovery]") {
  const MeanOfE planted(400);
  const auto report = planted.draws(resamples(1000));
  REQUIRE(report.certified == 1000);
  const auto draws = column(report.draws.bootstrap, 0);
  // 1,000 draws give a standard deviation within 1 / sqrt(2000) = 2.2 % (one sigma).
  const double standard_error = standard_deviation(planted.values()) / std::sqrt(400.0);
  CHECK(standard_deviation(draws) == Approx(standard_error).epsilon(0.1));
  CHECK(mean_of(draws) == within(mean_of(planted.values()), 0.15 * standard_error));
}

TEST_CASE("bootstrap: heavier runs pull the draws as hard as they pull the fit",
          "[fit][recovery]") {
  MeanOfE planted(400);
  const auto values = planted.values();
  double sum = 0.0, weights = 0.0;
  for (std::size_t i = 0; i < 400; ++i) {
    planted.runs.weight.push_back(i % 8 == 0 ? 20.0 : 1.0);
    sum += planted.runs.weight[i] * values[i];
    weights += planted.runs.weight[i];
  }
  double squares = 0.0;
  for (std::size_t i = 0; i < 400; ++i) {
    squares += std::pow(planted.runs.weight[i] * (values[i] - sum / weights) / weights, 2);
  }
  // The delta method for a ratio of means: as above, and 1 % of its own with 50 heavy runs.
  const auto draws = column(planted.draws(resamples(1000)).draws.bootstrap, 0);
  CHECK(standard_deviation(draws) == Approx(std::sqrt(squares)).epsilon(0.1));
}

TEST_CASE("coefficient_intervals: they are BCa and hold the estimate", "[fit][identity]") {
  const RunTable runs = planted_runs(Chinchilla{}, kHoffmann, 0.01);
  const FitReport report = fit("chinchilla", runs, few_starts());
  auto draws = bootstrap("chinchilla", runs, few_starts(), report, resamples(400)).draws;
  const auto intervals = coefficient_intervals(report.coefficients, draws);
  REQUIRE(intervals.size() == 5);
  for (std::size_t p = 0; p < 5; ++p) {
    CHECK(intervals[p].method == IntervalMethod::kBca);
    CHECK(intervals[p].range.low < report.coefficients[p]);
    CHECK(report.coefficients[p] < intervals[p].range.high);
  }
  draws.jackknife.clear();
  CHECK(coefficient_intervals(report.coefficients, draws)[0].method == IntervalMethod::kPercentile);
  CHECK(coefficient_intervals(report.coefficients, {}).empty());
}

TEST_CASE("bootstrap: without a fit there is nothing to start from", "[fit][refusal]") {
  const RunTable runs = planted_runs(Chinchilla{}, kHoffmann, 0.01);
  CHECK_THROWS_AS(bootstrap("chinchilla", runs, few_starts(), FitReport{}, resamples(1)),
                  InvalidArgument);
}

/// The rows of the only resample of a bootstrap with this seed.
std::vector<std::size_t> drawn_rows(std::size_t num_runs, std::uint64_t seed) {
  Random random = random_for(seed, 0);
  std::vector<std::size_t> rows;
  for (std::size_t k = 0; k < num_runs; ++k) rows.push_back(random.below(num_runs));
  std::sort(rows.begin(), rows.end());
  return rows;
}

double huber_objective(std::string_view law, const std::vector<double>& coefficients,
                       const RunTable& runs, double delta) {
  double sum = 0.0;
  for (std::size_t i = 0; i < runs.num_runs(); ++i) {
    const double r = std::abs(std::log(loss_of_row(law, coefficients, runs, i) / runs.loss[i]));
    sum += r <= delta ? 0.5 * r * r : delta * (r - 0.5 * delta);
  }
  return sum;
}

/// Refits `num_resamples` resamples one by one and lets fits of the drawn rows from
/// `num_cold_starts` starts look for something better.
void check_refits(std::string_view law, const RunTable& runs, std::size_t num_resamples,
                  std::size_t num_cold_starts) {
  const FitOptions options = few_starts();
  const FitReport report = fit(law, runs, options);
  std::size_t num_failed = 0, num_same = 0;
  for (std::uint64_t seed = 1; seed <= num_resamples; ++seed) {
    CAPTURE(law, seed);
    BootstrapOptions how = resamples(1, seed);
    how.jackknife = false;
    how.size = ResampleSize::kSame;
    const auto refit = bootstrap(law, runs, options, report, how);
    num_failed += refit.failed;
    if (refit.failed > 0) continue;
    const RunTable drawn = select_rows(runs, drawn_rows(runs.num_runs(), seed));
    const double warm =
        huber_objective(law, refit.draws.bootstrap.at(0), drawn, options.huber_delta);
    FitOptions cold = options;
    cold.num_starts = num_cold_starts;
    cold.finish_all_starts = true;
    cold.seed = 1000 + seed;
    const double found = fit(law, drawn, cold).objective;
    CHECK(warm <= found * (1.0 + 1e-6));
    num_same += warm >= found * (1.0 - 1e-6);
  }
  // Cold starts may all miss the minimum, but not often: the same runs were drawn.
  CHECK(num_same + num_failed >= num_resamples * 9 / 10);
  CHECK(num_failed <= num_resamples / 60);
}

TEST_CASE("bootstrap: 30 cold starts find nothing better than a refit of the simulated grid",
          "[fit][recovery]") {
  check_refits("fine-grained-moe", shipped_simulated_runs(), 60, 30);
}

TEST_CASE("bootstrap: 30 cold starts find nothing better than a refit of the 240 points",
          "[fit][published]") {
  check_refits("chinchilla", chinchilla_points_240(), 60, 30);
}

// Half a minute each; docs/results.md has the outcome.
TEST_CASE("bootstrap: 100 cold starts find nothing better than 200 refits of the simulated grid",
          "[.][study]") {
  check_refits("fine-grained-moe", shipped_simulated_runs(), 200, 100);
}

TEST_CASE("bootstrap: 100 cold starts find nothing better than 200 refits of the 240 points",
          "[.][study]") {
  check_refits("chinchilla", chinchilla_points_240(), 200, 100);
}

TEST_CASE("bootstrap: a resample draws so many more runs as there are coefficients",
          "[fit][identity]") {
  CHECK(resample_size(78, 7, 0.8, ResampleSize::kCalibrated) == 95);    // 78 / (1 - 14/78)
  CHECK(resample_size(240, 5, 0.8, ResampleSize::kCalibrated) == 250);  // 240 / (1 - 10/240)
  CHECK(resample_size(1'000'000, 7, 0.8, ResampleSize::kCalibrated) == 1'000'014);
  CHECK(resample_size(78, 7, 0.8, ResampleSize::kSame) == 78);
  // Neither of few runs nor near least squares.
  CHECK(resample_size(55, 7, 0.8, ResampleSize::kCalibrated) == 55);
  CHECK(resample_size(56, 7, 0.8, ResampleSize::kCalibrated) == 75);
  CHECK(resample_size(78, 7, 0.5, ResampleSize::kCalibrated) == 78);
  const RunTable runs = shipped_simulated_runs();
  FitOptions options = few_starts();
  CHECK(bootstrapped("fine-grained-moe", runs, options, resamples(2)).resample_size == 95);
  options.huber_delta = std::numeric_limits<double>::infinity();
  CHECK(bootstrapped("fine-grained-moe", runs, options, resamples(2)).resample_size == 78);
}

}  // namespace
}  // namespace isoflop::testing::bootstrap_test
