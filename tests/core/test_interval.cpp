#include <cmath>
#include <limits>
#include <vector>

#include "catch.hpp"
#include "isoflop/core/interval.hpp"
#include "isoflop/core/random.hpp"

namespace isoflop::testing::interval_test {
namespace {

using Values = std::vector<double>;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// 0.01, 0.04, ... 16: forty draws that lean to one side.
Values squares() {
  Values out;
  for (int k = 1; k <= 40; ++k) out.push_back((k / 10.0) * (k / 10.0));
  return out;
}

const Values kJackknife{1.0, 2.0, 2.5, 4.0, 8.0};

void check_ends(const Interval& got, double low, double high) {
  CHECK(got.low == Approx(low).epsilon(1e-13));
  CHECK(got.high == Approx(high).epsilon(1e-13));
}

TEST_CASE("sample_quantile: it is linear between the order statistics", "[core][identity]") {
  const Values sorted{1.0, 2.0, 4.0, 8.0};  // at 0, 1/3, 2/3, 1
  CHECK(sample_quantile(sorted, 0.0) == 1.0);
  CHECK(sample_quantile(sorted, 1.0) == 8.0);
  CHECK(sample_quantile(sorted, 0.5) == 3.0);
  CHECK(sample_quantile(sorted, 0.75) == 5.0);
  CHECK(sample_quantile(Values{7.0}, 0.3) == 7.0);
  CHECK(std::isnan(sample_quantile(Values{}, 0.5)));
}

TEST_CASE("sample_quantile: infinities are values beyond all others", "[core][identity]") {
  const Values sorted{-kInfinity, 1.0, 2.0, kInfinity, kInfinity};
  CHECK(sample_quantile(sorted, 0.5) == 2.0);
  CHECK(sample_quantile(sorted, 0.6) == kInfinity);
  CHECK(sample_quantile(sorted, 0.9) == kInfinity);
  CHECK(sample_quantile(sorted, 0.1) == -kInfinity);
}

TEST_CASE("percentile_interval: forty squares give the quantiles of NumPy", "[core][identity]") {
  check_ends(percentile_interval(squares(), 0.95), 0.03925, 15.22975);
}

TEST_CASE("bca_interval: forty squares give the ends of an independent computation",
          "[core][identity]") {
  // NumPy and SciPy: z0 = -0.18912 from 17 of 40 draws below, a = -0.072269.
  check_ends(bca_interval(squares(), 1.75 * 1.75, kJackknife, 0.95).value(), 0.013667575305426938,
             13.497960711264916);
  // The estimate is draw 17, which counts half: 16.5 of 40.
  check_ends(bca_interval(squares(), squares()[16], kJackknife, 0.9).value(), 0.020184573174898177,
             11.86918756528727);
}

TEST_CASE("bca_interval: the survival times of mice give the interval of SciPy",
          "[core][published]") {
  // Efron and Tibshirani 1993, Table 2.1, control group; SciPy 1.17.1, stats.bootstrap of the mean
  // with 19 resamples, seed 0, level 0.8, method BCa.
  const Values mice{10, 27, 31, 40, 46, 50, 52, 104, 146};
  const Values sums{319, 690, 583, 415, 224, 513, 746, 494, 578, 392,
                    401, 538, 621, 512, 700, 550, 541, 644, 388};
  Values means, left_out;
  for (const double sum : sums) means.push_back(sum / 9.0);
  for (const double x : mice) left_out.push_back((506.0 - x) / 8.0);
  check_ends(bca_interval(means, 506.0 / 9.0, left_out, 0.8).value(), 31.76255388014392,
             66.84670317509045);
}

TEST_CASE("bca_interval: equal jackknife values correct the bias alone", "[core][identity]") {
  for (const Values& jackknife : {Values{1.0, 1.0, 1.0}, Values{1.0}, Values{}}) {
    check_ends(bca_interval(squares(), 1.75 * 1.75, jackknife, 0.95).value(), 0.021335446786937995,
               14.276963812805093);
  }
}

TEST_CASE("bca_interval: without bias and acceleration it is the percentile interval",
          "[core][identity]") {
  const double median = sample_quantile(squares(), 0.5);  // between two draws: 20 of 40 below
  const Interval bca = bca_interval(squares(), median, {}, 0.95).value();
  const Interval percentile = percentile_interval(squares(), 0.95);
  check_ends(bca, percentile.low, percentile.high);
}

TEST_CASE("bca_interval: a change of scale carries over to the ends", "[core][identity]") {
  Random random(1);
  Values draws, logs, jackknife, log_jackknife;
  for (int i = 0; i < 501; ++i) logs.push_back(random.normal());
  for (int i = 0; i < 30; ++i) log_jackknife.push_back(0.1 * random.normal());
  for (const double x : logs) draws.push_back(std::exp(x));
  // z0 depends on ranks alone; the acceleration is the only part that the scale moves.
  const Interval on_logs = bca_interval(logs, 0.1, {}, 0.9).value();
  const Interval plain = bca_interval(draws, std::exp(0.1), {}, 0.9).value();
  // The ends lie between neighbouring draws, about 0.01 apart, and are linear in different scales.
  CHECK(plain.low == Approx(std::exp(on_logs.low)).epsilon(1e-3));
  CHECK(plain.high == Approx(std::exp(on_logs.high)).epsilon(1e-3));
}

TEST_CASE("bca_interval: draws on one side of the estimate leave no correction",
          "[core][refusal]") {
  CHECK_FALSE(bca_interval(squares(), 100.0, kJackknife, 0.95).has_value());
  CHECK_FALSE(bca_interval(squares(), -1.0, kJackknife, 0.95).has_value());
  CHECK_FALSE(bca_interval(squares(), kNan, kJackknife, 0.95).has_value());
  CHECK_FALSE(bca_interval(squares(), kInfinity, kJackknife, 0.95).has_value());
  CHECK_FALSE(bca_interval(Values{kNan}, 1.0, kJackknife, 0.95).has_value());
  // An estimate on the outermost draw has draws on its other side.
  CHECK(bca_interval(squares(), 16.0, kJackknife, 0.95).has_value());
}

TEST_CASE("bca_interval: a strong acceleration ends at the outermost draw", "[core][identity]") {
  Values lopsided(10000, 0.0);
  lopsided[0] = -1.0;  // a = 0.167, the most that any values reach; w = 7 at this level
  const Interval got = bca_interval(squares(), 4.1, lopsided, 1.0 - 1e-12).value();
  CHECK(got.high == 16.0);
  CHECK(got.low < got.high);
  lopsided[0] = 1.0;
  CHECK(bca_interval(squares(), 4.1, lopsided, 1.0 - 1e-12).value().low == 0.1 * 0.1);
}

TEST_CASE("intervals: equal values are an interval of no width", "[core][identity]") {
  const Values same(100, 3.5);
  for (const Interval& got :
       {percentile_interval(same, 0.95), bca_interval(same, 3.5, same, 0.95).value()}) {
    CHECK(got.low == 3.5);
    CHECK(got.high == 3.5);
  }
}

TEST_CASE("intervals: draws without an answer are left out", "[core][identity]") {
  Values draws = squares(), jackknife = kJackknife;
  draws.insert(draws.begin() + 7, 3, kNan);
  jackknife.insert(jackknife.begin(), {kNan, kInfinity});
  check_ends(percentile_interval(draws, 0.95), 0.03925, 15.22975);
  check_ends(bca_interval(draws, 1.75 * 1.75, jackknife, 0.95).value(), 0.013667575305426938,
             13.497960711264916);
}

TEST_CASE("draw_interval: it says which interval it gives", "[core][identity]") {
  const Values draws = squares();
  CHECK(draw_interval(draws, 3.0, kJackknife, 0.95).method == IntervalMethod::kBca);
  CHECK(draw_interval(draws, 3.0, {}, 0.95).method == IntervalMethod::kPercentile);
  const EstimatedInterval outside = draw_interval(draws, 100.0, kJackknife, 0.95);
  CHECK(outside.method == IntervalMethod::kPercentile);
  check_ends(outside.range, 0.03925, 15.22975);
  const EstimatedInterval none = draw_interval({}, 3.0, {}, 0.95);
  CHECK(none.method == IntervalMethod::kNone);
  CHECK(std::isnan(none.range.low));
  CHECK(std::isnan(none.range.high));
}

TEST_CASE("intervals: a level that is no share is refused", "[core][refusal]") {
  for (const double level : {0.0, 1.0, 95.0, -0.5, kNan}) {
    CHECK_THROWS_AS(percentile_interval(squares(), level), InvalidArgument);
    CHECK_THROWS_AS(bca_interval(squares(), 3.0, {}, level), InvalidArgument);
  }
}

}  // namespace
}  // namespace isoflop::testing::interval_test
