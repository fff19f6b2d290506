/// The backends of this build, one file each, and the device memory each holds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "cuda/layer/gemm_backend.hpp"

namespace isoflop::bench {

std::unique_ptr<GemmBackend> make_batched_backend();
std::unique_ptr<GemmBackend> make_loop_backend();
std::unique_ptr<GemmBackend> make_grouped_backend();
#ifdef ISOFLOP_WGMMA  // where kernels are built for compute capability 9.0a
std::unique_ptr<GemmBackend> make_wgmma_backend();
#endif
#if CUBLAS_VERSION >= 130300
std::unique_ptr<GemmBackend> make_lt_grouped_backend();
#endif

/// What NVIDIA recommends to give its library on Hopper.
inline constexpr std::uint64_t kWorkspaceBytes = std::uint64_t{32} << 20;

/// Products of single experts that may run at once in the backend "loop". One of 128 rows and 1024
/// columns has 8 tiles, so that a GPU of 132 multiprocessors wants many.
inline constexpr int kNumLanes = 8;
inline constexpr std::uint64_t kLaneWorkspaceBytes = std::uint64_t{16} << 20;

/// From one array of 8 bytes per expert to the next in the same allocation, in elements: cuBLAS
/// wants each aligned to 16 bytes.
inline std::size_t array_stride(std::size_t num_experts) { return (num_experts + 1) / 2 * 2; }

}  // namespace isoflop::bench
