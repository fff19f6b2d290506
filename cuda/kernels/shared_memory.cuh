/// Lets a kernel have more shared memory than a launch gets unasked.
#pragma once

#include <cstdint>
#include <string>

#include "cuda_call.hpp"
#include "isoflop/error.hpp"
#include "launch_grid.hpp"

namespace isoflop::bench {

/// Throws InvalidArgument if that is more than every GPU from sm_80 on grants.
template <class Kernel>
void allow_shared_bytes(Kernel* kernel, std::uint64_t bytes, std::uint64_t num_experts) {
  if (bytes > kMostSharedBytes) {
    throw InvalidArgument("routing to " + std::to_string(num_experts) + " experts takes " +
                          std::to_string(bytes) + " bytes of shared memory, " +
                          std::to_string(kMostSharedBytes) + " are there");
  }
  if (bytes > kSharedBytesUnasked) {
    ISOFLOP_CUDA_CALL(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                           static_cast<int>(bytes)));
  }
}

}  // namespace isoflop::bench
