// cuda/wgmma/tensor_map.hpp for the emulation: refuses what the driver refuses.
#include <cuda.h>

#include <cstdint>
#include <span>

#include "emulated_cuda.hpp"

#if __has_include("cuda/wgmma/tensor_map.hpp")
#include "cuda/wgmma/tensor_map.hpp"
#endif

namespace isoflop::bench {

CUtensorMap tensor_map(const void* data, std::span<const std::uint64_t> sizes,
                       std::span<const std::uint64_t> strides_bytes,
                       std::span<const std::uint32_t> box) {
  using emulated_cuda::fail;
  constexpr std::uint64_t kMostSize = std::uint64_t{1} << 32, kMostStride = std::uint64_t{1} << 40;
  if (sizes.empty() || sizes.size() > CUtensorMap::kMostRank || box.size() != sizes.size() ||
      strides_bytes.size() + 1 != sizes.size()) {
    fail("a tensor map of no dimensions, or of too many");
  }
  if (reinterpret_cast<std::uintptr_t>(data) % 16 != 0) fail("a tensor not at 16 bytes");
  CUtensorMap out;
  out.data = static_cast<char*>(const_cast<void*>(data));
  out.rank = static_cast<std::int16_t>(sizes.size());
  for (std::size_t d = 0; d < sizes.size(); ++d) {
    if (sizes[d] == 0 || sizes[d] > kMostSize) fail("a tensor map of no or too large a size");
    if (box[d] == 0 || box[d] > 256) fail("a box of none or more than 256 in a dimension");
    if (d > 0 && (strides_bytes[d - 1] % 16 != 0 || strides_bytes[d - 1] >= kMostStride)) {
      fail("a stride that is no multiple of 16 bytes");
    }
    if (d > 1 && strides_bytes[d - 1] % strides_bytes[d - 2] != 0) {
      fail("a stride that is no multiple of the one before");
    }
    out.sizes[d] = sizes[d];
    out.strides[d] = d == 0 ? 2 : strides_bytes[d - 1];
    out.box[d] = static_cast<std::uint16_t>(box[d]);
  }
  if (2 * box[0] != 128) fail("a box whose rows are not of 128 bytes");
  return out;
}

}  // namespace isoflop::bench
