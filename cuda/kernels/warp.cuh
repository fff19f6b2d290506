/// What the threads of a warp find out together. Every lane of the warp must take part.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "cuda/kernels/launch_grid.hpp"

namespace isoflop::bench {

inline constexpr int kWarp = 32;
inline constexpr unsigned kWarpsPerBlock = kBlockThreads / kWarp;
inline constexpr unsigned kAllLanes = 0xffffffffu;

__device__ inline int lane_id() { return static_cast<int>(threadIdx.x % kWarp); }

/// The same bits in every lane and in every run: the order of the additions is fixed.
__device__ inline float warp_sum(float x) {
#pragma unroll
  for (int step = kWarp / 2; step > 0; step /= 2) x += __shfl_xor_sync(kAllLanes, x, step);
  return x;
}

/// The largest key of the warp in two reductions, its halves one after the other.
__device__ inline std::uint64_t warp_max(std::uint64_t key) {
  const auto high = static_cast<unsigned>(key >> 32);
  const unsigned best_high = __reduce_max_sync(kAllLanes, high);
  const unsigned low = high == best_high ? static_cast<unsigned>(key) : 0u;
  const unsigned best_low = __reduce_max_sync(kAllLanes, low);
  return (static_cast<std::uint64_t>(best_high) << 32) | best_low;
}

}  // namespace isoflop::bench
