#include "cuda/timing/sampling.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include "isoflop/core/interval.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/error.hpp"

namespace isoflop::bench {
namespace {

constexpr int kResamples = 1000;

// The sample at place `rank` of a resample that took counts[i] of sorted[i].
double at_rank(const std::vector<double>& sorted, const std::vector<std::uint32_t>& counts,
               std::size_t rank) {
  std::size_t i = 0;
  for (std::size_t passed = counts[0]; passed <= rank; passed += counts[i]) ++i;
  return sorted[i];
}

Interval median_interval(const std::vector<double>& sorted, std::uint64_t seed) {
  const std::size_t n = sorted.size();
  Random random(seed);
  std::vector<double> medians;
  std::vector<std::uint32_t> counts(n);
  for (int resample = 0; resample < kResamples; ++resample) {
    std::fill(counts.begin(), counts.end(), 0u);
    for (std::size_t i = 0; i < n; ++i) ++counts[random.below(n)];
    const std::array<double, 2> middle{at_rank(sorted, counts, (n - 1) / 2),
                                       at_rank(sorted, counts, n / 2)};
    medians.push_back(sample_quantile(middle, 0.5));
  }
  return percentile_interval(medians, 0.95);
}

}  // namespace

SampleSummary summarize(std::span<const double> samples_s, std::uint64_t seed) {
  if (samples_s.empty()) throw InvalidArgument("there are no samples to summarize");
  for (const double sample : samples_s) {
    if (!(sample > 0.0 && std::isfinite(sample))) {
      throw InvalidArgument("a sample of time is finite and above 0");
    }
  }
  std::vector<double> sorted(samples_s.begin(), samples_s.end());
  std::sort(sorted.begin(), sorted.end());
  const Interval interval = median_interval(sorted, seed);
  return {sorted.size(),
          sample_quantile(sorted, 0.5),
          sample_quantile(sorted, 0.1),
          sample_quantile(sorted, 0.9),
          interval.low,
          interval.high};
}

bool is_enough(const SampleSummary& summary, double elapsed_s, const TimingOptions& options) {
  if (summary.num_samples < static_cast<std::size_t>(std::max(options.min_samples, 1)))
    return false;
  const double half_width_s = 0.5 * (summary.high_s - summary.low_s);
  return half_width_s < options.wanted_half_width * summary.median_s ||
         elapsed_s >= options.max_seconds;
}

std::string stages_remark(double whole_s, std::span<const double> stages_s) {
  const double sum_s = std::accumulate(stages_s.begin(), stages_s.end(), 0.0);
  const double slack_s =
      std::max(kStageShare * whole_s, kStageSlack_s * static_cast<double>(stages_s.size()));
  return std::abs(sum_s - whole_s) <= slack_s ? "" : "stages: approximate";
}

}  // namespace isoflop::bench
