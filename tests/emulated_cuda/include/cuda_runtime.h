/// The part of CUDA's header of this name that cuda/ uses, on the CPU: see emulated_cuda.hpp. Work
/// that is queued on a stream is done at once, or recorded where a capture is under way.
#pragma once

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <tuple>

#include "emulated_cuda.hpp"
#include "emulated_host.hpp"

#define __global__
#define __device__
#define __host__
#define __forceinline__ inline
#define __shared__ static  // blocks run one after the other, but those of a cluster
#define __launch_bounds__(...)
#define __grid_constant__
#define __CUDA_ARCH_FEAT_SM90_ALL
#define threadIdx emulated_cuda::thread_index
#define blockIdx emulated_cuda::block_index

struct alignas(16) uint4 {
  unsigned x, y, z, w;
};
struct alignas(16) int4 {
  int x, y, z, w;
};
struct alignas(16) float4 {
  float x, y, z, w;
};
struct alignas(8) uint2 {
  unsigned x, y;
};
struct alignas(8) int2 {
  int x, y;
};
struct alignas(8) float2 {
  float x, y;
};
inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return {x, y, z, w}; }
inline int4 make_int4(int x, int y, int z, int w) { return {x, y, z, w}; }
inline float4 make_float4(float x, float y, float z, float w) { return {x, y, z, w}; }
inline uint2 make_uint2(unsigned x, unsigned y) { return {x, y}; }
inline int2 make_int2(int x, int y) { return {x, y}; }
inline float2 make_float2(float x, float y) { return {x, y}; }
struct dim3 {
  dim3(unsigned count_x = 1, unsigned count_y = 1, unsigned count_z = 1)
      : x(count_x), y(count_y), z(count_z) {}
  unsigned x, y, z;
};
inline const emulated_cuda::Index& gridDim = emulated_cuda::grid_size;
inline const emulated_cuda::Index& blockDim = emulated_cuda::block_size;

// Calls of the host.

enum cudaError_t {
  cudaSuccess,
  cudaErrorInvalidValue,
  cudaErrorMemoryAllocation,
  cudaErrorNotReady
};
enum cudaMemcpyKind {
  cudaMemcpyHostToHost,
  cudaMemcpyHostToDevice,
  cudaMemcpyDeviceToHost,
  cudaMemcpyDeviceToDevice
};
enum cudaFuncAttribute {
  cudaFuncAttributeMaxDynamicSharedMemorySize,
  cudaFuncAttributeNonPortableClusterSizeAllowed
};
enum { cudaStreamNonBlocking, cudaEventRecordExternal, cudaEventDisableTiming };
enum cudaStreamCaptureMode { cudaStreamCaptureModeRelaxed };
enum cudaDeviceAttr {
  cudaDevAttrMultiProcessorCount,
  cudaDevAttrL2CacheSize,
  cudaDevAttrComputeCapabilityMajor,
  cudaDevAttrComputeCapabilityMinor,
  cudaDevAttrMaxSharedMemoryPerBlockOptin
};
using cudaStream_t = struct EmulatedStream*;
using cudaEvent_t = struct EmulatedEvent*;
using cudaGraph_t = emulated_cuda::Recording*;
using cudaGraphExec_t = emulated_cuda::Recording*;

enum cudaLaunchAttributeID { cudaLaunchAttributeClusterDimension };
struct cudaLaunchAttribute {
  cudaLaunchAttributeID id;
  struct {
    struct {
      unsigned x, y, z;
    } clusterDim;
  } val;
};
struct cudaLaunchConfig_t {
  dim3 gridDim, blockDim;
  std::size_t dynamicSmemBytes = 0;
  cudaStream_t stream = nullptr;
  cudaLaunchAttribute* attrs = nullptr;
  unsigned numAttrs = 0;
};
template <class... Parameters, class... Arguments>
cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t* config, void (*kernel)(Parameters...),
                               const Arguments&... arguments) {
  emulated_cuda::Grid grid{.blocks = config->gridDim.x,
                           .threads = config->blockDim.x,
                           .shared_bytes = config->dynamicSmemBytes};
  for (unsigned i = 0; i < config->numAttrs; ++i) grid.cluster = config->attrs[i].val.clusterDim.x;
  if (grid.shared_bytes > emulated_cuda::allowed_shared_bytes(reinterpret_cast<void*>(kernel))) {
    return cudaErrorInvalidValue;
  }
  emulated_cuda::queue(
      [grid, kernel,
       parameters = std::tuple<Parameters...>(static_cast<Parameters>(arguments)...)] {
        emulated_cuda::run_grid(grid, [&] { std::apply(kernel, parameters); });
      });
  return cudaSuccess;
}
template <class... Parameters>
cudaError_t cudaFuncSetAttribute(void (*kernel)(Parameters...), cudaFuncAttribute attribute,
                                 int value) {
  if (attribute != cudaFuncAttributeMaxDynamicSharedMemorySize) return cudaSuccess;
  if (value < 0 || static_cast<std::size_t>(value) > emulated_cuda::kMostSharedBytes) {
    return cudaErrorInvalidValue;
  }
  emulated_cuda::allow_shared_bytes(reinterpret_cast<void*>(kernel),
                                    static_cast<std::size_t>(value));
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
template <class T>
cudaError_t cudaMallocHost(T** data, std::size_t bytes) {
  return cudaMalloc(data, bytes);
}
inline cudaError_t cudaFree(void* data) {
  std::free(data);
  return cudaSuccess;
}
inline cudaError_t cudaFreeHost(void* data) { return cudaFree(data); }
inline cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
  *free = *total = std::size_t{1} << 32;
  return cudaSuccess;
}
inline cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind) {
  std::memcpy(to, from, bytes);
  return cudaSuccess;
}
inline cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind,
                                   cudaStream_t = nullptr) {
  emulated_cuda::queue([=] { std::memcpy(to, from, bytes); });
  return cudaSuccess;
}
inline cudaError_t cudaMemset(void* to, int byte, std::size_t bytes) {
  std::memset(to, byte, bytes);
  return cudaSuccess;
}
inline cudaError_t cudaMemsetAsync(void* to, int byte, std::size_t bytes, cudaStream_t = nullptr) {
  emulated_cuda::queue([=] { std::memset(to, byte, bytes); });
  return cudaSuccess;
}
inline cudaError_t cudaDeviceSynchronize() { return cudaSuccess; }
inline cudaError_t cudaGetLastError() { return cudaSuccess; }
inline const char* cudaGetErrorString(cudaError_t error) {
  return error == cudaSuccess ? "no error" : "invalid argument";
}
inline cudaError_t cudaGetDevice(int* device) {
  *device = 0;
  return cudaSuccess;
}
inline cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int) {
  switch (attribute) {
    case cudaDevAttrMultiProcessorCount:
      *value = emulated_cuda::num_multiprocessors;
      break;
    case cudaDevAttrL2CacheSize:
      *value = 1 << 20;
      break;
    case cudaDevAttrComputeCapabilityMajor:
      *value = 9;
      break;
    case cudaDevAttrComputeCapabilityMinor:
      *value = 0;
      break;
    case cudaDevAttrMaxSharedMemoryPerBlockOptin:
      *value = static_cast<int>(emulated_cuda::kMostSharedBytes);
      break;
  }
  return cudaSuccess;
}

// Streams keep nothing: what is queued is done.
inline cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, int) {
  *stream = nullptr;
  return cudaSuccess;
}
inline cudaError_t cudaStreamDestroy(cudaStream_t) { return cudaSuccess; }
inline cudaError_t cudaStreamSynchronize(cudaStream_t) {
  if (emulated_cuda::is_recording()) emulated_cuda::fail("waits for a stream in a capture");
  return cudaSuccess;
}
inline cudaError_t cudaStreamWaitEvent(cudaStream_t, cudaEvent_t, unsigned = 0) {
  return cudaSuccess;
}
struct EmulatedEvent {
  std::chrono::steady_clock::time_point passed;
};
inline cudaError_t cudaEventCreate(cudaEvent_t* event) {
  *event = new EmulatedEvent;
  return cudaSuccess;
}
inline cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
  return cudaEventCreate(event);
}
inline cudaError_t cudaEventDestroy(cudaEvent_t event) {
  delete event;
  return cudaSuccess;
}
inline cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t = nullptr) {
  emulated_cuda::queue([event] { event->passed = std::chrono::steady_clock::now(); });
  return cudaSuccess;
}
inline cudaError_t cudaEventRecordWithFlags(cudaEvent_t event, cudaStream_t stream, int) {
  return cudaEventRecord(event, stream);
}
inline cudaError_t cudaEventSynchronize(cudaEvent_t) { return cudaSuccess; }
inline cudaError_t cudaEventQuery(cudaEvent_t) { return cudaSuccess; }
inline cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t end) {
  *milliseconds = std::chrono::duration<float, std::milli>(end->passed - start->passed).count();
  return cudaSuccess;
}

inline cudaError_t cudaStreamBeginCapture(cudaStream_t, cudaStreamCaptureMode) {
  emulated_cuda::begin_recording();
  return cudaSuccess;
}
inline cudaError_t cudaStreamEndCapture(cudaStream_t, cudaGraph_t* graph) {
  *graph = emulated_cuda::end_recording();
  return cudaSuccess;
}
inline cudaError_t cudaGraphInstantiate(cudaGraphExec_t* to, cudaGraph_t graph, unsigned) {
  *to = new emulated_cuda::Recording(*graph);
  return cudaSuccess;
}
inline cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
  delete graph;
  return cudaSuccess;
}
inline cudaError_t cudaGraphExecDestroy(cudaGraphExec_t graph) { return cudaGraphDestroy(graph); }
inline cudaError_t cudaGraphLaunch(cudaGraphExec_t graph, cudaStream_t) {
  for (const auto& work : *graph) emulated_cuda::queue(work);
  return cudaSuccess;
}

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
inline unsigned __float_as_uint(float x) { return __builtin_bit_cast(unsigned, x); }
inline float __expf(float x) { return std::exp(x); }
inline float __fdividef(float x, float y) { return x / y; }
