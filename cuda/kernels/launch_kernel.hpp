/// Queues a kernel. A call, and not the syntax of nvcc, so that any C++ compiler reads the kernels:
/// tests/emulated_cuda runs them on the CPU.
#pragma once

#include <cuda_runtime.h>

#include <cstddef>

#include "cuda/device/cuda_call.hpp"

namespace isoflop::bench {

/// Arguments are converted to the kernel's parameters. Throws CudaError where CUDA refuses.
template <class... Parameters, class... Arguments>
void launch_kernel(void (*kernel)(Parameters...), unsigned blocks, unsigned threads,
                   std::size_t shared_bytes, cudaStream_t stream, const Arguments&... arguments) {
  cudaLaunchConfig_t config{};
  config.gridDim = dim3(blocks);
  config.blockDim = dim3(threads);
  config.dynamicSmemBytes = shared_bytes;
  config.stream = stream;
  ISOFLOP_CUDA_CALL(cudaLaunchKernelEx(&config, kernel, arguments...));
}

}  // namespace isoflop::bench
