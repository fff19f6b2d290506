#include "cuda/wgmma/tensor_map.hpp"

#include <array>
#include <string>

#include "cuda/device/cuda_call.hpp"
#include "cuda/device/moe_bench.hpp"

namespace isoflop::bench {
namespace {

using Encode = decltype(&cuTensorMapEncodeTiled);

// From the driver that runs, so that the program links without one.
Encode encode_function() {
  void* found = nullptr;
  cudaDriverEntryPointQueryResult status{};
  constexpr unsigned kSince = 12000;
  ISOFLOP_CUDA_CALL(cudaGetDriverEntryPointByVersion("cuTensorMapEncodeTiled", &found, kSince,
                                                     cudaEnableDefault, &status));
  if (found == nullptr) throw CudaError("this driver has no cuTensorMapEncodeTiled");
  return reinterpret_cast<Encode>(found);
}

}  // namespace

CUtensorMap tensor_map(const void* data, std::span<const std::uint64_t> sizes,
                       std::span<const std::uint64_t> strides_bytes,
                       std::span<const std::uint32_t> box) {
  static const Encode encode = encode_function();
  constexpr std::array<std::uint32_t, 5> kOnes{1, 1, 1, 1, 1};
  CUtensorMap map{};
  // Not written through the pointer here; the kernel may.
  void* const address = const_cast<void*>(data);
  const CUresult code =
      encode(&map, CU_TENSOR_MAP_DATA_TYPE_BFLOAT16, static_cast<cuuint32_t>(sizes.size()), address,
             sizes.data(), strides_bytes.data(), box.data(), kOnes.data(),
             CU_TENSOR_MAP_INTERLEAVE_NONE, CU_TENSOR_MAP_SWIZZLE_128B,
             CU_TENSOR_MAP_L2_PROMOTION_L2_256B, CU_TENSOR_MAP_FLOAT_OOB_FILL_NONE);
  if (code != CUDA_SUCCESS) {
    throw CudaError("cuTensorMapEncodeTiled refuses a tensor with error " + std::to_string(code));
  }
  return map;
}

}  // namespace isoflop::bench
