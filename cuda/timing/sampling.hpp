/// What is made of the seconds that one thing took again and again, and when there are enough.
///   summary: median, 10 % and 90 % quantiles, and the 95 % bootstrap interval of the median: the
///     percentile interval over resamples with replacement (Efron 1979, Annals of Statistics 7(1)),
///     quantiles as in core/interval.hpp. It takes samples as independent.
///   enough: at least n samples, and half the interval below a share of the median or time is up
///   stages add up: |sum - whole| <= max(3 % of the whole, 2 microseconds per stage)
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "cuda/device/moe_bench.hpp"

namespace isoflop::bench {

inline constexpr double kStageShare = 0.03;
inline constexpr double kStageSlack_s = 2e-6;  ///< for each stage: an event takes time

struct SampleSummary {
  std::size_t num_samples = 0;
  double median_s = kNotMeasured, p10_s = kNotMeasured, p90_s = kNotMeasured;
  double low_s = kNotMeasured, high_s = kNotMeasured;  ///< 95 % interval of the median
};

/// The same for the same samples and seed. Takes about 1000 n random numbers: not to be asked after
/// every sample. Throws InvalidArgument without samples, or for one that is not finite and above 0.
SampleSummary summarize(std::span<const double> samples_s, std::uint64_t seed);

/// elapsed_s: since the first sample. A row that is so slow that options.min_samples take longer
/// than options.max_seconds still gets them.
bool is_enough(const SampleSummary& summary, double elapsed_s, const TimingOptions& options);

/// "" or "stages: approximate": stages that were timed in a run of their own against the whole.
std::string stages_remark(double whole_s, std::span<const double> stages_s);

}  // namespace isoflop::bench
