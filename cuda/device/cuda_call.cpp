#include <string>

#include "cuda/device/cuda_call.hpp"
#include "cuda/device/moe_bench.hpp"

namespace isoflop::bench {

void require_cuda(cudaError_t code, const char* call, const char* file, int line) {
  if (code == cudaSuccess) return;
  cudaGetLastError();  // or the next check would report this fault again
  const std::string path = file;
  throw CudaError(path.substr(path.find_last_of('/') + 1) + ":" + std::to_string(line) + ": " +
                  call + ": " + cudaGetErrorString(code));
}

}  // namespace isoflop::bench
