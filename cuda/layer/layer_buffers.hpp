/// Tensors of a layer on the device and their sizes: what one set of activations takes, and what
/// all sets share. Plain arithmetic; the allocations are made from the same list.
#pragma once

#include <cstdint>

#include "cuda/device/moe_bench.hpp"

namespace isoflop::bench {

/// R': rows computed, padding included. bf16 unless said otherwise.
enum class Buffer {
  // One of each per set.
  kX,          ///< [T, d]
  kDOut,       ///< [T, d]
  kLogits,     ///< [T, E'] fp32
  kChosenIds,  ///< [T, K] int32
  kIds,        ///< [T, K] int32
  kWeights,    ///< [T, K] fp32
  kLogSum,     ///< [T] fp32
  kCounts,     ///< [E'] int32
  kOffsets,    ///< [E' + 1] int32
  kRowOf,      ///< [T, K] int32
  kSlotOf,     ///< [R'] int32
  kXRows,      ///< [R', d]; not where the gather is fused
  kH,          ///< [R', u n]
  kA,          ///< [R', n]; with the combination fused the backward puts its weights on it
  kY,          ///< [R', d]
  kOut,        ///< [T, d]
  kDY,         ///< [R', d]; when its two products are done, the gradient of kXRows
  kDWeights,   ///< [T, K] fp32
  kDA,         ///< [R', n]; not where the activation is fused
  kDH,         ///< [R', u n]
  kDX,         ///< [T, d]
  kDLogits,    ///< [T, E']
  // Shared by all sets.
  kWRouter,           ///< [E', d]
  kW1,                ///< [E', u n, d]
  kW2,                ///< [E', d, n]
  kDWRouter,          ///< [E', d]
  kDW1,               ///< [E', u n, d]
  kDW2,               ///< [E', d, n]
  kForcedIds,         ///< [T, K] int32; [1] where the router routes
  kPositionsScratch,  ///< bytes
  kRouterScratch      ///< bytes
};
inline constexpr int kFirstSharedBuffer = static_cast<int>(Buffer::kWRouter);
inline constexpr int kNumBuffers = static_cast<int>(Buffer::kRouterScratch) + 1;

/// 0 for what this configuration has no use for.
std::uint64_t bytes_of(Buffer buffer, const Configuration& configuration);

/// Rows of every expert where the backend needs as many for each, else 0. Throws InvalidArgument
/// where neither balanced routing nor a capacity factor says how many. The capacity factor means
/// nothing to the other backends.
std::uint64_t capacity_of(const Configuration& configuration);
/// R'.
std::uint64_t computed_rows(const Configuration& configuration);

/// Bytes of device memory of one set of activations, gradients and scratch, and of what all sets
/// share (weights, weight gradients, workspaces): plain arithmetic, no device needed.
struct LayerBytes {
  std::uint64_t per_set = 0, shared = 0;
};
LayerBytes layer_bytes(const Configuration& configuration);

}  // namespace isoflop::bench
