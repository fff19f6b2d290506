/// The part of CUDA's header of this name that cuda/ uses, on the CPU: see emulated_cuda.hpp. What
/// is only declared here is named by classes that the tests do not use.
#pragma once

#include <cmath>
#include <cstdlib>

#include "emulated_cuda.hpp"

#define __global__
#define __device__
#define __host__
#define __shared__ static  // blocks run one after the other
#define __launch_bounds__(...)
#define threadIdx emulated_cuda::thread_index
#define blockIdx emulated_cuda::block_index

struct alignas(16) uint4 {
  unsigned x, y, z, w;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return {x, y, z, w}; }
struct dim3 {
  dim3(unsigned count = 1) : x(count) {}
  unsigned x;
};

// Calls of the host.

enum cudaError_t { cudaSuccess, cudaErrorNotReady };
enum cudaMemcpyKind { cudaMemcpyHostToDevice, cudaMemcpyDeviceToHost };
enum cudaFuncAttribute { cudaFuncAttributeMaxDynamicSharedMemorySize };
enum { cudaStreamNonBlocking, cudaEventRecordExternal };
using cudaStream_t = struct EmulatedStream*;
using cudaEvent_t = struct EmulatedEvent*;
using cudaGraphExec_t = struct EmulatedGraph*;

struct cudaLaunchConfig_t {
  dim3 gridDim, blockDim;
  std::size_t dynamicSmemBytes = 0;
  cudaStream_t stream = nullptr;
};
template <class... Parameters, class... Arguments>
cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t* config, void (*kernel)(Parameters...),
                               const Arguments&... arguments) {
  emulated_cuda::run_grid(config->gridDim.x, config->blockDim.x, config->dynamicSmemBytes,
                          [&] { kernel(static_cast<Parameters>(arguments)...); });
  return cudaSuccess;
}

template <class T>
cudaError_t cudaMalloc(T** data, std::size_t bytes) {
  constexpr std::size_t kAlignment = 256;  // as CUDA grants
  void* memory = nullptr;
  if (posix_memalign(&memory, kAlignment, bytes) != 0) std::abort();
  *data = static_cast<T*>(memory);
  return cudaSuccess;
}
inline cudaError_t cudaFree(void* data) {
  std::free(data);
  return cudaSuccess;
}
inline cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind) {
  std::memcpy(to, from, bytes);
  return cudaSuccess;
}
inline cudaError_t cudaMemset(void* to, int byte, std::size_t bytes) {
  std::memset(to, byte, bytes);
  return cudaSuccess;
}
inline cudaError_t cudaMemsetAsync(void* to, int byte, std::size_t bytes, cudaStream_t) {
  return cudaMemset(to, byte, bytes);
}
template <class Kernel>
cudaError_t cudaFuncSetAttribute(Kernel*, cudaFuncAttribute, int) {
  return cudaSuccess;
}
inline cudaError_t cudaDeviceSynchronize() { return cudaSuccess; }
inline cudaError_t cudaGetLastError() { return cudaSuccess; }
inline const char* cudaGetErrorString(cudaError_t) { return "no error"; }

cudaError_t cudaStreamCreateWithFlags(cudaStream_t*, int);
cudaError_t cudaStreamDestroy(cudaStream_t);
cudaError_t cudaStreamSynchronize(cudaStream_t);
cudaError_t cudaEventCreate(cudaEvent_t*);
cudaError_t cudaEventDestroy(cudaEvent_t);
cudaError_t cudaEventRecord(cudaEvent_t, cudaStream_t);
cudaError_t cudaEventRecordWithFlags(cudaEvent_t, cudaStream_t, int);
cudaError_t cudaEventSynchronize(cudaEvent_t);
cudaError_t cudaEventQuery(cudaEvent_t);
cudaError_t cudaEventElapsedTime(float*, cudaEvent_t, cudaEvent_t);
cudaError_t cudaGraphExecDestroy(cudaGraphExec_t);
cudaError_t cudaGraphLaunch(cudaGraphExec_t, cudaStream_t);

// What threads call.

using std::max;
using std::min;

inline void __syncthreads() { emulated_cuda::block_barrier(); }
inline void __syncwarp() { emulated_cuda::warp_barrier(); }

template <class T>
T __shfl_sync(unsigned mask, T value, int lane) {
  emulated_cuda::require_all_lanes(mask);
  return emulated_cuda::exchange(value, [&](const auto& values) {
    return emulated_cuda::lane_value<T>(values, static_cast<unsigned>(lane));
  });
}
template <class T>
T __shfl_xor_sync(unsigned mask, T value, int step) {
  const unsigned own = threadIdx.x % emulated_cuda::kWarp;
  return __shfl_sync(mask, value, static_cast<int>(own ^ static_cast<unsigned>(step)));
}
template <class T>
T __shfl_up_sync(unsigned mask, T value, int step) {
  const int own = static_cast<int>(threadIdx.x % emulated_cuda::kWarp);
  return __shfl_sync(mask, value, own >= step ? own - step : own);
}
inline unsigned __reduce_max_sync(unsigned mask, unsigned value) {
  emulated_cuda::require_all_lanes(mask);
  return emulated_cuda::exchange(value, [](const auto& values) {
    return static_cast<unsigned>(*std::max_element(values.begin(), values.end()));
  });
}
inline unsigned __reduce_min_sync(unsigned mask, unsigned value) {
  return ~__reduce_max_sync(mask, ~value);
}
inline unsigned __reduce_add_sync(unsigned mask, unsigned value) {
  emulated_cuda::require_all_lanes(mask);
  return emulated_cuda::exchange(value, [](const auto& values) {
    unsigned sum = 0;
    for (const std::uint64_t x : values) sum += static_cast<unsigned>(x);
    return sum;
  });
}
template <class T>
unsigned __match_any_sync(unsigned mask, T value) {
  emulated_cuda::require_all_lanes(mask);
  return emulated_cuda::exchange(value, [&](const auto& values) {
    unsigned peers = 0;
    for (unsigned lane = 0; lane < emulated_cuda::kWarp; ++lane) {
      if (emulated_cuda::lane_value<T>(values, lane) == value) peers |= 1u << lane;
    }
    return peers;
  });
}
inline unsigned __ballot_sync(unsigned mask, bool value) {
  const unsigned peers = __match_any_sync(mask, value);
  return value ? peers : ~peers;
}

template <class T>
T __ldg(const T* from) {
  emulated_cuda::require_aligned(from, sizeof(T));
  return *from;
}
template <class T>
T __ldcs(const T* from) {
  return __ldg(from);
}
template <class T>
T atomicAdd(T* sum, T value) {
  const T before = *sum;
  *sum += value;
  return before;
}
inline int __popc(unsigned bits) { return __builtin_popcount(bits); }
inline int __ffs(int bits) { return __builtin_ffs(bits); }
inline float __uint_as_float(unsigned bits) { return __builtin_bit_cast(float, bits); }
inline float __expf(float x) { return std::exp(x); }
