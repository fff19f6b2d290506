/// Rows that no slot chose, filled with zeros, so that a padded GEMM multiplies numbers.
#pragma once

#include <cstdint>

#include "cuda/kernels/index_math.hpp"
#include "cuda/kernels/launch.hpp"
#include "cuda/kernels/launch_grid.hpp"
#include "cuda/kernels/vector8.cuh"
#include "cuda/kernels/warp.cuh"

namespace isoflop::bench {

/// Rows that one block of kBlockThreads looks at: one per thread.
inline constexpr unsigned kPaddingRowsPerBlock = kBlockThreads;

/// Called by a whole block, the `block`-th of those that share the rows. width: of a row, in
/// vectors.
__device__ inline void zero_padding_rows(const std::int32_t* slot_of, std::uint64_t num_rows,
                                         unsigned width, std::uint64_t block, Bf16* rows) {
  const std::uint64_t warp_begin = block * kPaddingRowsPerBlock + threadIdx.x / kWarp * kWarp;
  const std::uint64_t own = warp_begin + static_cast<std::uint64_t>(lane_id());
  const bool is_padding = own < num_rows && slot_of[own] == kPadding;
  unsigned left = __ballot_sync(kAllLanes, is_padding);
  while (left != 0) {
    const std::uint64_t row = warp_begin + static_cast<std::uint64_t>(__ffs(left) - 1);
    left &= left - 1;
    Bf16* const out = rows + row * width * kVector;
    for (unsigned v = static_cast<unsigned>(lane_id()); v < width; v += kWarp) {
      store8(out + static_cast<std::size_t>(v) * kVector, make_uint4(0, 0, 0, 0));
    }
  }
}

}  // namespace isoflop::bench
