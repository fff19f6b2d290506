/// Shared memory whose size a launch decides, and more of it than a launch gets unasked.
#pragma once

#include <cstdint>
#include <string>

#include "cuda/device/cuda_call.hpp"
#include "isoflop/error.hpp"
#include "cuda/kernels/launch_grid.hpp"

#ifndef __CUDACC__
#include "emulated_cuda.hpp"
#endif

namespace isoflop::bench {

/// The block's dynamic shared memory, all of it.
template <class T>
__device__ inline T* dynamic_shared() {
#ifdef __CUDACC__
  extern __shared__ std::uint64_t dynamic_shared_memory[];
#else
  void* const dynamic_shared_memory = emulated_cuda::dynamic_shared_memory();
#endif
  return reinterpret_cast<T*>(dynamic_shared_memory);
}

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
