/// Calls of CUDA that must succeed.
#pragma once

#include <cuda_runtime.h>

namespace isoflop::bench {

/// Throws CudaError with the call, its fault and the place.
void require_cuda(cudaError_t code, const char* call, const char* file, int line);
#define ISOFLOP_CUDA_CALL(call) \
  ::isoflop::bench::require_cuda((call), #call, __builtin_FILE(), __builtin_LINE())

}  // namespace isoflop::bench
