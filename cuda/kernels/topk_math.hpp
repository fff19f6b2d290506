/// The steps of the top-k kernels that need no device: a warp's rounds over keys in registers, and
/// the search for a threshold of a block. Kernels and the tests on the CPU call the same functions.
/// The order is that of index_math.hpp, rank_key.
#pragma once

#include <cstdint>

#include "cuda/kernels/index_math.hpp"

namespace isoflop::bench {

inline constexpr int kTopKLanes = 32;

/// logit_key is undone; 0 becomes a NaN, and -0 comes back as 0.
ISOFLOP_HD constexpr float logit_of_key(std::uint32_t key) {
  return float_of((key & 0x80000000u) != 0u ? key & 0x7fffffffu : ~key);
}

/// rank_key of a logit whose logit_key is at hand.
ISOFLOP_HD constexpr std::uint64_t rank_key_of(std::uint32_t key, std::int32_t expert) {
  return (static_cast<std::uint64_t>(key) << 32) | ~static_cast<std::uint32_t>(expert);
}

// A warp and one token: lane l holds the logits of experts l, l + 32, l + 64, ... as logit_key + 1,
// which leaves 0 for an expert that does not exist or was taken. A round finds the best expert of
// every lane, then that of the warp, and takes it out.

ISOFLOP_HD constexpr std::uint32_t present_key(float logit) { return logit_key(logit) + 1u; }
ISOFLOP_HD constexpr float logit_of_present_key(std::uint32_t key) {
  return logit_of_key(key - 1u);
}

struct LaneBest {
  std::uint32_t key;     ///< 0: the lane has nothing left
  std::uint32_t expert;  ///< of equal keys the smaller one
};

template <int kPerLane>
ISOFLOP_HD inline LaneBest best_of_lane(const std::uint32_t (&keys)[kPerLane], std::uint32_t lane) {
  LaneBest best{0, 0xffffffffu};
#ifdef __CUDA_ARCH__
#pragma unroll
#endif
  for (int i = 0; i < kPerLane; ++i) {
    if (keys[i] > best.key) best = {keys[i], lane + static_cast<std::uint32_t>(i) * kTopKLanes};
  }
  return best;
}

/// Takes an expert out, if this lane holds it.
template <int kPerLane>
ISOFLOP_HD inline void take(std::uint32_t (&keys)[kPerLane], std::uint32_t lane,
                            std::uint32_t expert) {
#ifdef __CUDA_ARCH__
#pragma unroll
#endif
  for (int i = 0; i < kPerLane; ++i) {
    if (expert == lane + static_cast<std::uint32_t>(i) * kTopKLanes) keys[i] = 0;
  }
}

/// Bisection for a key that at least `wanted` and at most `limit` of a token's rank_keys reach. It
/// ends, for no two keys are equal: once low and high are neighbours, exactly `wanted` reach low.
///   while (!search.done()) search.narrow(number of keys >= search.middle());
class ThresholdSearch {
 public:
  /// low: a key that at least `wanted` and at most `reach_low` keys reach; high: above the largest
  /// key. limit >= wanted >= 1.
  ISOFLOP_HD constexpr ThresholdSearch(std::uint64_t low, std::uint64_t high,
                                       std::uint32_t reach_low, std::uint32_t wanted,
                                       std::uint32_t limit)
      : low_(low), high_(high), reach_low_(reach_low), wanted_(wanted), limit_(limit) {}

  ISOFLOP_HD constexpr bool done() const { return reach_low_ <= limit_ || high_ - low_ <= 1; }
  ISOFLOP_HD constexpr std::uint64_t middle() const { return low_ + (high_ - low_) / 2; }
  ISOFLOP_HD constexpr void narrow(std::uint32_t reach_middle) {
    if (reach_middle >= wanted_) {
      low_ = middle();
      reach_low_ = reach_middle;
    } else {
      high_ = middle();
    }
  }
  ISOFLOP_HD constexpr std::uint64_t threshold() const { return low_; }

 private:
  std::uint64_t low_, high_;
  std::uint32_t reach_low_, wanted_, limit_;
};

/// How many keys may reach the threshold: some more than K end the search early, and ordering them
/// costs the square of their number.
ISOFLOP_HD constexpr std::uint32_t threshold_limit(std::uint32_t top_k, std::uint32_t num_experts) {
  const std::uint32_t limit = top_k + top_k / 4 + 32;
  return limit < num_experts ? limit : num_experts;
}

}  // namespace isoflop::bench
