/// What the tensor memory accelerator is told of a tensor.
#pragma once

#include <cuda.h>

#include <cstdint>
#include <span>

namespace isoflop::bench {

/// A tensor of bf16 in device memory and the box that one instruction moves, the innermost
/// dimension first; boxes lie in shared memory in rows of 128 bytes, swizzled by 128 bytes, and
/// read as zeros outside of the tensor. strides_bytes: of the second dimension and on.
/// Preconditions: two or three dimensions, `data` and strides multiples of 16 bytes, 64 numbers in
/// the box's innermost dimension and at most 256 in the others. Throws CudaError where the driver
/// refuses. NVIDIA, "CUDA Driver API", cuTensorMapEncodeTiled.
CUtensorMap tensor_map(const void* data, std::span<const std::uint64_t> sizes,
                       std::span<const std::uint64_t> strides_bytes,
                       std::span<const std::uint32_t> box);

}  // namespace isoflop::bench
