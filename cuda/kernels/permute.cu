// Token rows to expert rows, by vectors of 16 bytes. The backward is a sum and stands in
// combine.cu.
#include "cuda/kernels/launch.hpp"
#include "cuda/kernels/launch_kernel.hpp"
#include "cuda/kernels/padding.cuh"

namespace isoflop::bench {
namespace {

constexpr int kPermuteUnroll = 4;  // loads in flight before the first store

/// A warp per row. width: of a row, in vectors.
__global__ void __launch_bounds__(kBlockThreads)
    gather_rows(const Bf16* __restrict__ x, const std::int32_t* __restrict__ slot_of,
                std::uint64_t num_rows, unsigned top_k, unsigned width, Bf16* __restrict__ out) {
  const std::uint64_t row =
      static_cast<std::uint64_t>(blockIdx.x) * kWarpsPerBlock + threadIdx.x / kWarp;
  if (row >= num_rows) return;
  const std::int32_t slot = slot_of[row];
  const bool is_padding = slot == kPadding;
  const std::uint64_t token = is_padding ? 0 : static_cast<unsigned>(slot) / top_k;
  const Bf16* const from = x + token * width * kVector;
  Bf16* const to = out + row * width * kVector;
  for (unsigned begin = static_cast<unsigned>(lane_id()); begin < width;
       begin += kPermuteUnroll * kWarp) {
    uint4 part[kPermuteUnroll];
#pragma unroll
    for (int i = 0; i < kPermuteUnroll; ++i) {
      const unsigned v = begin + i * kWarp;
      part[i] = make_uint4(0, 0, 0, 0);
      if (v < width && !is_padding) part[i] = load8(from + static_cast<std::size_t>(v) * kVector);
    }
#pragma unroll
    for (int i = 0; i < kPermuteUnroll; ++i) {
      const unsigned v = begin + i * kWarp;
      if (v < width) store8(to + static_cast<std::size_t>(v) * kVector, part[i]);
    }
  }
}

/// A thread per vector of a token, which it reads once and writes to the K rows of the token; the
/// blocks after those fill the padding.
__global__ void __launch_bounds__(kBlockThreads)
    scatter_tokens(const Bf16* __restrict__ x, const std::int32_t* __restrict__ row_of,
                   const std::int32_t* __restrict__ slot_of, std::uint64_t tokens,
                   std::uint64_t num_rows, unsigned top_k, unsigned width, unsigned token_blocks,
                   Bf16* __restrict__ out) {
  if (blockIdx.x >= token_blocks) {
    zero_padding_rows(slot_of, num_rows, width, blockIdx.x - token_blocks, out);
    return;
  }
  const std::uint64_t i = static_cast<std::uint64_t>(blockIdx.x) * kBlockThreads + threadIdx.x;
  if (i >= tokens * width) return;
  const std::uint64_t token = i / width;
  const std::uint64_t column = (i - token * width) * kVector;
  const uint4 part = load8_once(x + i * kVector);
  const std::int32_t* const rows = row_of + token * top_k;
#pragma unroll 4
  for (unsigned k = 0; k < top_k; ++k) {
    const std::int32_t row = rows[k];
    if (row == kDropped) continue;
    store8(out + static_cast<std::uint64_t>(row) * width * kVector + column, part);
  }
}

}  // namespace

void launch_permute(const MoeLayer& layer, const Bf16* x, const std::int32_t* slot_of,
                    std::uint64_t num_rows, Bf16* out, cudaStream_t stream) {
  const auto width = static_cast<unsigned>(layer.d_model / kVector);
  launch_kernel(gather_rows, blocks_for(num_rows, kWarpsPerBlock), kBlockThreads, 0, stream, x,
                slot_of, num_rows, static_cast<unsigned>(layer.experts.top_k), width, out);
}

void launch_permute_by_token(const MoeLayer& layer, const Bf16* x, const std::int32_t* row_of,
                             const std::int32_t* slot_of, std::uint64_t num_rows, Bf16* out,
                             cudaStream_t stream) {
  const auto width = static_cast<unsigned>(layer.d_model / kVector);
  const unsigned token_blocks = blocks_for(layer.tokens * width, kBlockThreads);
  const unsigned padding_blocks = blocks_for(num_rows, kPaddingRowsPerBlock);
  launch_kernel(scatter_tokens, token_blocks + padding_blocks, kBlockThreads, 0, stream, x, row_of,
                slot_of, layer.tokens, num_rows, static_cast<unsigned>(layer.experts.top_k), width,
                token_blocks, out);
}

}  // namespace isoflop::bench
