/// When a card has settled, when there are samples enough, and how many buffer sets are taken in
/// turn: what a timer decides, without the device that it times.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "cuda/device/moe_bench.hpp"

namespace isoflop::bench {

/// is_enough of sampling.hpp, asked at growing numbers of samples: a summary takes the host a
/// moment in which it queues nothing.
class StopRule {
 public:
  explicit StopRule(const TimingOptions& options);
  /// To be asked after every sample. elapsed_s: since the first one.
  bool operator()(std::span<const double> samples_s, double elapsed_s);

 private:
  TimingOptions options_;
  std::size_t least_, next_;
};

/// A card that is kept busy has settled when it worked for long enough and the mean time of a
/// repetition in two windows of 0.1 s one after the other differs by no more than half a percent;
/// or after three times the least, for some cards never do.
class Soak {
 public:
  /// least_s: of busy time; 0: settled at once.
  explicit Soak(double least_s);
  bool settled() const { return settled_; }
  /// Takes in the seconds of `repetitions` repetitions.
  void add(double seconds, std::uint64_t repetitions);

 private:
  double least_s_, total_s_ = 0.0;
  double window_s_ = 0.0, window_repetitions_ = 0.0, last_mean_s_ = 0.0;
  bool settled_;
};

/// Buffer sets of a rotation whose repetitions find nothing of the last one with the same set in
/// the cache: together at least eight times L2, for a forward pass touches about half of a set. At
/// most 64; a layer that is larger by itself needs one.
int num_rotated_sets(std::uint64_t bytes_per_set, std::uint64_t l2_bytes);

}  // namespace isoflop::bench
