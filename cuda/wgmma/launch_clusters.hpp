/// Queues a persistent kernel in clusters of blocks that reach each other's shared memory.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>

#include "cuda/device/cuda_call.hpp"

namespace isoflop::bench::hopper {

template <class... Parameters>
void launch_clusters(void (*kernel)(Parameters...), int clusters, int blocks, unsigned threads,
                     std::uint32_t shared_bytes, cudaStream_t stream,
                     const Parameters&... arguments) {
  ISOFLOP_CUDA_CALL(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                         static_cast<int>(shared_bytes)));
  cudaLaunchAttribute cluster{};
  cluster.id = cudaLaunchAttributeClusterDimension;
  cluster.val.clusterDim.x = static_cast<unsigned>(blocks);
  cluster.val.clusterDim.y = cluster.val.clusterDim.z = 1;
  cudaLaunchConfig_t config{};
  config.gridDim = dim3(static_cast<unsigned>(clusters * blocks));
  config.blockDim = dim3(threads);
  config.dynamicSmemBytes = shared_bytes;
  config.stream = stream;
  config.attrs = &cluster;
  config.numAttrs = 1;
  ISOFLOP_CUDA_CALL(cudaLaunchKernelEx(&config, kernel, arguments...));
}

}  // namespace isoflop::bench::hopper
