/// Stands in for the header of this name: the same function, on the CPU (emulated_hopper.hpp).
#pragma once

#include <cstdint>

#include "cuda/wgmma/hopper.cuh"

namespace isoflop::bench::hopper {

template <int kN>
struct Wgmma {
  static_assert(kN % 8 == 0 && kN > 0 && kN <= 256);
  template <int kTransposedA, int kTransposedB>
  static ISOFLOP_DEVICE void queue(float* d, std::uint64_t left, std::uint64_t right,
                                   int keep_sums) {
    emulated_cuda::queue_product({kN, kTransposedA != 0, kTransposedB != 0}, d, left, right,
                                 keep_sums != 0);
  }
};

}  // namespace isoflop::bench::hopper
