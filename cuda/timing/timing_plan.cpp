#include "cuda/timing/timing_plan.hpp"

#include <algorithm>
#include <cmath>

#include "cuda/timing/sampling.hpp"
#include "isoflop/core/random.hpp"

namespace isoflop::bench {
namespace {

constexpr double kWindowSeconds = 0.1;
constexpr double kLongestSoak = 3.0;  // over the least
constexpr double kSteady = 0.005;
constexpr std::uint64_t kMostSets = 64;

}  // namespace

StopRule::StopRule(const TimingOptions& options)
    : options_(options),
      least_(static_cast<std::size_t>(std::max(options.min_samples, 1))),
      next_(least_) {}

bool StopRule::operator()(std::span<const double> samples_s, double elapsed_s) {
  if (samples_s.size() < least_) return false;
  if (samples_s.size() < next_ && elapsed_s < options_.max_seconds) return false;
  next_ = samples_s.size() + samples_s.size() / 2 + 1;
  return is_enough(summarize(samples_s, kDefaultSeed), elapsed_s, options_);
}

Soak::Soak(double least_s) : least_s_(least_s), settled_(!(least_s > 0.0)) {}

void Soak::add(double seconds, std::uint64_t repetitions) {
  if (settled_) return;
  total_s_ += seconds;
  window_s_ += seconds;
  window_repetitions_ += static_cast<double>(repetitions);
  if (window_s_ < kWindowSeconds) return;
  const double mean_s = window_s_ / window_repetitions_;
  const bool steady = std::abs(mean_s - last_mean_s_) <= kSteady * mean_s;
  settled_ = total_s_ >= least_s_ && (steady || total_s_ >= kLongestSoak * least_s_);
  last_mean_s_ = mean_s;
  window_s_ = window_repetitions_ = 0.0;
}

int num_rotated_sets(std::uint64_t bytes_per_set, std::uint64_t l2_bytes) {
  const std::uint64_t per_set = std::max<std::uint64_t>(bytes_per_set, 1);
  const std::uint64_t wanted = (8 * l2_bytes + per_set - 1) / per_set;
  return static_cast<int>(std::clamp<std::uint64_t>(wanted, 1, kMostSets));
}

}  // namespace isoflop::bench
