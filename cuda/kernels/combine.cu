// The weighted sum of a token's K rows, and its backward; the sum without weights is the backward
// of the permutation.
//   out_t = sum_k w_tk y_tk;  dy_tk = w_tk dout_t,  dw_tk = dout_t . y_tk;  dx_t = sum_k dx_tk
#include "cuda/kernels/index_math.hpp"
#include "cuda/kernels/launch.hpp"
#include "cuda/kernels/launch_grid.hpp"
#include "cuda/kernels/launch_kernel.hpp"
#include "cuda/kernels/padding.cuh"
#include "cuda/kernels/vector8.cuh"
#include "cuda/kernels/warp.cuh"

namespace isoflop::bench {
namespace {

constexpr int kCombineUnroll = 4;

/// A thread per vector of the output: it loads kBatch rows of the token before it adds the first.
/// Sums run over k = 0, 1, ... in fp32. weights: null for sums
/// without them. width: of a row, in vectors.
template <int kBatch>
__global__ void __launch_bounds__(kBlockThreads)
    sum_rows(const Bf16* __restrict__ y, const std::int32_t* __restrict__ row_of,
             const float* __restrict__ weights, std::uint64_t tokens, unsigned top_k,
             unsigned width, Bf16* __restrict__ out) {
  const std::uint64_t i = static_cast<std::uint64_t>(blockIdx.x) * kBlockThreads + threadIdx.x;
  if (i >= tokens * width) return;
  const std::uint64_t token = i / width;
  const std::uint64_t column = (i - token * width) * kVector;
  const std::uint64_t first_slot = token * top_k;
  Float8 sum{};
  for (unsigned begin = 0; begin < top_k; begin += kBatch) {
    uint4 part[kBatch];
    float weight[kBatch];
#pragma unroll
    for (int j = 0; j < kBatch; ++j) {
      const unsigned k = begin + j;
      const std::int32_t row = k < top_k ? row_of[first_slot + k] : kDropped;
      part[j] = make_uint4(0, 0, 0, 0);
      weight[j] = 0.0f;
      if (row == kDropped) continue;
      part[j] = load8_once(y + static_cast<std::uint64_t>(row) * width * kVector + column);
      weight[j] = weights == nullptr ? 1.0f : weights[first_slot + k];
    }
#pragma unroll
    for (int j = 0; j < kBatch; ++j) {
      const Float8 numbers = to_floats(part[j]);
#pragma unroll
      for (int c = 0; c < kVector; ++c) sum.at[c] = fmaf(weight[j], numbers.at[c], sum.at[c]);
    }
  }
  store8(out + i * kVector, to_bf16x8(sum));
}

/// A warp per slot. The warps of a block stand at neighbouring slots, which share d_out through the
/// L1 cache, so that memory delivers it once. The blocks after those fill the padding.
__global__ void __launch_bounds__(kBlockThreads)
    combine_backward(const Bf16* __restrict__ d_out, const Bf16* __restrict__ y,
                     const std::int32_t* __restrict__ row_of,
                     const std::int32_t* __restrict__ slot_of, std::uint64_t num_slots,
                     std::uint64_t num_rows, unsigned top_k, unsigned width, unsigned slot_blocks,
                     const float* __restrict__ weights, Bf16* __restrict__ dy,
                     float* __restrict__ d_weights) {
  if (blockIdx.x >= slot_blocks) {
    zero_padding_rows(slot_of, num_rows, width, blockIdx.x - slot_blocks, dy);
    return;
  }
  const std::uint64_t slot =
      static_cast<std::uint64_t>(blockIdx.x) * kWarpsPerBlock + threadIdx.x / kWarp;
  if (slot >= num_slots) return;  // the whole warp
  const std::int32_t row = row_of[slot];
  if (row == kDropped) {
    if (lane_id() == 0) d_weights[slot] = 0.0f;
    return;
  }
  const float weight = weights[slot];
  const Bf16* const d_out_row = d_out + slot / top_k * width * kVector;
  const std::uint64_t row_begin = static_cast<std::uint64_t>(row) * width * kVector;
  float dot = 0.0f;
  for (unsigned begin = static_cast<unsigned>(lane_id()); begin < width;
       begin += kCombineUnroll * kWarp) {
    uint4 y_part[kCombineUnroll], d_part[kCombineUnroll];
#pragma unroll
    for (int i = 0; i < kCombineUnroll; ++i) {
      const unsigned v = begin + i * kWarp;
      y_part[i] = d_part[i] = make_uint4(0, 0, 0, 0);
      if (v >= width) continue;
      y_part[i] = load8_once(y + row_begin + static_cast<std::size_t>(v) * kVector);
      d_part[i] = load8(d_out_row + static_cast<std::size_t>(v) * kVector);
    }
#pragma unroll
    for (int i = 0; i < kCombineUnroll; ++i) {
      const unsigned v = begin + i * kWarp;
      const Float8 numbers = to_floats(y_part[i]);
      Float8 d = to_floats(d_part[i]);
#pragma unroll
      for (int c = 0; c < kVector; ++c) {
        dot = fmaf(d.at[c], numbers.at[c], dot);
        d.at[c] *= weight;
      }
      if (v < width) store8(dy + row_begin + static_cast<std::size_t>(v) * kVector, to_bf16x8(d));
    }
  }
  dot = warp_sum(dot);
  if (lane_id() == 0) d_weights[slot] = dot;
}

void launch_sum_rows(const MoeLayer& layer, const Bf16* y, const std::int32_t* row_of,
                     const float* weights, Bf16* out, cudaStream_t stream) {
  const auto width = static_cast<unsigned>(layer.d_model / kVector);
  const auto top_k = static_cast<unsigned>(layer.experts.top_k);
  const unsigned blocks = blocks_for(layer.tokens * width, kBlockThreads);
  if (top_k <= 4) {
    launch_kernel(sum_rows<4>, blocks, kBlockThreads, 0, stream, y, row_of, weights, layer.tokens,
                  top_k, width, out);
  } else {
    launch_kernel(sum_rows<8>, blocks, kBlockThreads, 0, stream, y, row_of, weights, layer.tokens,
                  top_k, width, out);
  }
}

}  // namespace

void launch_combine(const MoeLayer& layer, const Bf16* y, const std::int32_t* row_of,
                    const float* weights, Bf16* out, cudaStream_t stream) {
  launch_sum_rows(layer, y, row_of, weights, out, stream);
}

void launch_combine_backward(const MoeLayer& layer, const Bf16* d_out, const Bf16* y,
                             const std::int32_t* row_of, const std::int32_t* slot_of,
                             std::uint64_t num_rows, const float* weights, Bf16* dy,
                             float* d_weights, cudaStream_t stream) {
  const auto width = static_cast<unsigned>(layer.d_model / kVector);
  const unsigned slot_blocks = blocks_for(layer.num_rows(), kWarpsPerBlock);
  const unsigned padding_blocks = blocks_for(num_rows, kPaddingRowsPerBlock);
  launch_kernel(combine_backward, slot_blocks + padding_blocks, kBlockThreads, 0, stream, d_out, y,
                row_of, slot_of, layer.num_rows(), num_rows,
                static_cast<unsigned>(layer.experts.top_k), width, slot_blocks, weights, dy,
                d_weights);
}

void launch_permute_backward(const MoeLayer& layer, const Bf16* dx_rows, const std::int32_t* row_of,
                             Bf16* dx, cudaStream_t stream) {
  launch_sum_rows(layer, dx_rows, row_of, nullptr, dx, stream);
}

}  // namespace isoflop::bench
