/// Every kernel around the GEMMs alone, compared with plain code of the host on random and on
/// adversarial routings: ties, everything to a few experts, empty experts, drops and padding.
#pragma once

#include <cstdint>
#include <vector>

#include "cuda/device/moe_bench.hpp"

namespace isoflop::bench {

/// On the current device; waits. Of a large layer as many tokens as the host computes in seconds.
/// Throws CudaError where a call fails.
std::vector<CheckItem> check_kernels(const MoeLayer& layer, std::uint64_t seed);

}  // namespace isoflop::bench
