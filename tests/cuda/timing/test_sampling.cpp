#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "catch.hpp"
#include "cuda/timing/sampling.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/error.hpp"

namespace sampling_test {

using namespace isoflop::bench;

TEST_CASE("summarize: gives the quantiles of the samples in any order", "[bench][identity]") {
  std::vector<double> samples(101);
  std::iota(samples.rbegin(), samples.rend(), 1.0);
  std::swap(samples[3], samples[77]);
  const SampleSummary summary = summarize(samples, 1);
  REQUIRE(summary.num_samples == 101);
  REQUIRE(summary.median_s == 51.0);
  REQUIRE(summary.p10_s == Approx(11.0));
  REQUIRE(summary.p90_s == Approx(91.0));
  samples.pop_back();  // 1 to 101 without the last: an even number of them
  std::sort(samples.begin(), samples.end());
  REQUIRE(summarize(samples, 1).median_s == Approx(0.5 * (samples[49] + samples[50])));
}

TEST_CASE("summarize: the interval of the median is that of its binomial ranks",
          "[bench][identity]") {
  // A resample of n has its median at or below rank r with the chance of at least (n + 1) / 2 hits
  // of n with probability r / n: its quantiles follow from binomial terms. 1000 resamples know them
  // to one rank or two.
  std::vector<double> samples(101);
  std::iota(samples.begin(), samples.end(), 1.0);
  auto chance_at_most = [](double rank) {
    const double p = rank / 101.0;
    double sum = 0.0;
    for (int hits = 51; hits <= 101; ++hits) {
      sum += std::exp(std::lgamma(102.0) - std::lgamma(hits + 1.0) - std::lgamma(102.0 - hits) +
                      hits * std::log(p) + (101 - hits) * std::log1p(-p));
    }
    return sum;
  };
  double low = 1.0, high = 1.0;
  while (chance_at_most(low) < 0.025) low += 1.0;
  while (chance_at_most(high) < 0.975) high += 1.0;
  const SampleSummary summary = summarize(samples, 1);
  REQUIRE(summary.low_s == Approx(low).margin(2.0));
  REQUIRE(summary.high_s == Approx(high).margin(2.0));
  REQUIRE(summary.low_s < summary.median_s);
  REQUIRE(summary.high_s > summary.median_s);
}

TEST_CASE("summarize: the interval of an even number of symmetric samples is centred",
          "[bench][identity]") {
  std::vector<double> samples(30);
  std::iota(samples.begin(), samples.end(), 1.0);
  double middles = 0.0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    const SampleSummary summary = summarize(samples, seed);
    middles += 0.5 * (summary.low_s + summary.high_s) / 20.0;
  }
  // Either middle sample alone would be off by 0.5; an end is on a grid of 0.5 and known to about
  // one step, so the mean of 20 to a tenth.
  REQUIRE(middles == Approx(15.5).margin(0.25));
}

TEST_CASE("summarize: the interval holds the true median about as often as it says",
          "[bench][recovery]") {
  isoflop::Random random(3);
  int held = 0;
  constexpr int kRepeats = 300;
  for (int repeat = 0; repeat < kRepeats; ++repeat) {
    std::vector<double> samples(40);
    // Skewed as times are: a floor and a tail, median log 2 above the floor.
    for (double& s : samples) s = 1.0 - std::log(1.0 - random.uniform());
    const SampleSummary summary = summarize(samples, static_cast<std::uint64_t>(repeat));
    held += summary.low_s <= 1.0 + std::log(2.0) && 1.0 + std::log(2.0) <= summary.high_s ? 1 : 0;
  }
  // 95 % of 300 with a standard error of 3.8: four of them on either side.
  REQUIRE(held >= 270);
  REQUIRE(held < 300);
}

TEST_CASE("summarize: samples that are all alike have an interval without width",
          "[bench][identity]") {
  for (const std::size_t count : {1, 2, 30}) {
    const SampleSummary summary = summarize(std::vector<double>(count, 0.25), 1);
    REQUIRE(summary.median_s == 0.25);
    REQUIRE(summary.low_s == 0.25);
    REQUIRE(summary.high_s == 0.25);
  }
}

TEST_CASE("summarize: is decided by samples and seed", "[bench][identity]") {
  isoflop::Random random(4);
  std::vector<double> samples(50);
  for (double& s : samples) s = 1.0 + random.uniform();
  REQUIRE(summarize(samples, 7).low_s == summarize(samples, 7).low_s);
  bool differs = false;
  for (std::uint64_t seed = 8; seed < 16; ++seed) {
    differs = differs || summarize(samples, seed).low_s != summarize(samples, 7).low_s;
  }
  REQUIRE(differs);
}

TEST_CASE("summarize: refuses no samples and times that are none", "[bench][refusal]") {
  REQUIRE_THROWS_AS(summarize({}, 1), isoflop::InvalidArgument);
  for (const double bad : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(),
                           std::numeric_limits<double>::infinity()}) {
    REQUIRE_THROWS_AS(summarize(std::vector<double>{1.0, bad}, 1), isoflop::InvalidArgument);
  }
}

TEST_CASE("is_enough: wants samples first, then a narrow interval or the end of the time",
          "[bench][identity]") {
  const TimingOptions options;
  auto summary = [](std::size_t n, double half_width) {
    return SampleSummary{n, 1.0, 0.9, 1.1, 1.0 - half_width, 1.0 + half_width};
  };
  REQUIRE(!is_enough(summary(29, 0.001), 0.1, options));
  REQUIRE(!is_enough(summary(29, 0.001), 10.0, options));
  REQUIRE(is_enough(summary(30, 0.009), 0.1, options));
  REQUIRE(!is_enough(summary(30, 0.011), 2.9, options));
  REQUIRE(is_enough(summary(30, 0.011), 3.0, options));
  REQUIRE(!is_enough(SampleSummary{}, 10.0, options));
}

TEST_CASE("stages_remark: allows three percent or two microseconds for each stage",
          "[bench][identity]") {
  const std::vector<double> stages{40e-6, 30e-6, 35e-6};  // 105 us
  REQUIRE(stages_remark(100e-6, stages).empty());         // 5 us of 6
  REQUIRE(stages_remark(98e-6, stages) == "stages: approximate");
  REQUIRE(stages_remark(112e-6, stages) == "stages: approximate");
  const std::vector<double> slow{0.5, 0.52};
  REQUIRE(stages_remark(1.0, slow).empty());
  REQUIRE(stages_remark(0.98, slow) == "stages: approximate");
}

}  // namespace sampling_test
