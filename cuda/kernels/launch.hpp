/// Launches of the kernels around the GEMMs of an MoE layer. Device pointers; row-major tensors
/// with their shapes in [brackets]; everything is queued on `stream`, nothing waits. Widths (d, n)
/// are multiples of 8 and pointers aligned to 16 bytes, so that a load takes eight numbers. Expert
/// ids are taken as valid. Launches throw CudaError where CUDA refuses them, and InvalidArgument
/// for what a launch cannot count: 2^31 rows or more, or so many experts (above some 20,000) that
/// those of a token do not fit in shared memory.
///
///   slot = token * K + k: the k-th expert of a token        (T K slots)
///   row: the slots ordered by expert, stable; with a capacity C expert e owns rows e C and on
///   row_of [T K]: the row of a slot, -1 if it was dropped
///   slot_of [rows]: the slot of a row, -1 for padding
#pragma once

#include <cuda_bf16.h>
#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>

#include "isoflop/cost/moe_layer.hpp"

namespace isoflop::bench {

using Bf16 = __nv_bfloat16;

/// The tensors of routing on the device.
struct RoutingBuffers {
  const float* logits;             ///< [T, E']
  const std::int32_t* forced_ids;  ///< [T, K]; null: the router decides
  std::int32_t* chosen_ids;        ///< [T, K] what the router's logits say, best first
  std::int32_t* ids;               ///< [T, K] used: forced_ids if there are any, else chosen_ids
  float* weights;                  ///< [T, K] softmax probabilities of `ids`, renormalised or not
  float* log_sum;                  ///< [T] ln sum exp of the logits, for the backward
  std::int32_t *counts, *offsets;  ///< [E'], [E' + 1] rows per expert and where they begin
  std::int32_t *row_of, *slot_of;  ///< [T K], [rows]
  void* workspace;                 ///< positions_workspace_bytes()
};

/// Softmax over all experts and the K best of every token (rank_key of index_math.hpp).
void launch_softmax_topk(const MoeLayer& layer, const RoutingBuffers& routing, cudaStream_t stream);

std::size_t positions_workspace_bytes(const MoeLayer& layer);
/// counts, offsets, row_of and slot_of from ids; deterministic. capacity: rows per expert, 0: none
/// (then there are T K rows); with a capacity there are E' * capacity rows and counts still are
/// those of the routing, before drops.
void launch_positions(const MoeLayer& layer, const RoutingBuffers& routing, std::uint64_t capacity,
                      cudaStream_t stream);

/// out [rows, d] = x [T, d] gathered by slot_of / K; zeros where slot_of is -1.
void launch_permute(const MoeLayer& layer, const Bf16* x, const std::int32_t* slot_of,
                    std::uint64_t num_rows, Bf16* out, cudaStream_t stream);
/// The same result token by token: x is read once, whatever the cache, where the gather reads it up
/// to K times if it does not fit there.
void launch_permute_by_token(const MoeLayer& layer, const Bf16* x, const std::int32_t* row_of,
                             const std::int32_t* slot_of, std::uint64_t num_rows, Bf16* out,
                             cudaStream_t stream);

/// a [rows, n] from h [rows, u n]; SwiGLU: columns 0..n-1 are the gate, n..2n-1 what it scales.
void launch_activation(const MoeLayer& layer, const Bf16* h, std::uint64_t num_rows, Bf16* a,
                       cudaStream_t stream);
/// dh [rows, u n] from h and da [rows, n].
void launch_activation_backward(const MoeLayer& layer, const Bf16* h, const Bf16* da,
                                std::uint64_t num_rows, Bf16* dh, cudaStream_t stream);

/// out [T, d] = sum over k of weights * y [rows, d]; fp32 accumulation; dropped slots add nothing.
/// weights null: of rows that have theirs.
void launch_combine(const MoeLayer& layer, const Bf16* y, const std::int32_t* row_of,
                    const float* weights, Bf16* out, cudaStream_t stream);
/// dy [rows, d] = weights * d_out [T, d] of the row's token (zeros in padding rows), and d_weights
/// [T, K] = d_out . y.
void launch_combine_backward(const MoeLayer& layer, const Bf16* d_out, const Bf16* y,
                             const std::int32_t* row_of, const std::int32_t* slot_of,
                             std::uint64_t num_rows, const float* weights, Bf16* dy,
                             float* d_weights, cudaStream_t stream);

/// dx [T, d] = sum over k of dx_rows [rows, d]; fp32 accumulation.
void launch_permute_backward(const MoeLayer& layer, const Bf16* dx_rows, const std::int32_t* row_of,
                             Bf16* dx, cudaStream_t stream);

/// d_logits [T, E'] (bf16) from d_weights [T, K]: through the softmax over all experts, and through
/// the renormalisation if there is one; ids are held fixed.
void launch_topk_backward(const MoeLayer& layer, const RoutingBuffers& routing,
                          const float* d_weights, Bf16* d_logits, cudaStream_t stream);

/// tensor [count] filled with the seeded numbers of inputs.hpp.
void launch_fill(Bf16* tensor, std::size_t count, std::uint64_t seed, int which_tensor, float scale,
                 cudaStream_t stream);

}  // namespace isoflop::bench
