/// Checks of calls into cuBLAS and cuBLASLt.
#pragma once

#include <cublas_v2.h>

#include <string>

#include "cuda/device/moe_bench.hpp"

namespace isoflop::bench {

/// Throws CudaError with the call, its status and the place.
inline void require_cublas(cublasStatus_t status, const char* call, const char* file, int line) {
  if (status == CUBLAS_STATUS_SUCCESS) return;
  throw CudaError(std::string(call) + " failed: " + cublasGetStatusName(status) + " (" +
                  cublasGetStatusString(status) + ") at " + file + ":" + std::to_string(line));
}
#define ISOFLOP_CUBLAS_CALL(call) \
  ::isoflop::bench::require_cublas((call), #call, __builtin_FILE(), __builtin_LINE())

}  // namespace isoflop::bench
