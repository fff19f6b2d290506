// What the products by row read and leave beside rows: the list of parts, and the parts of the
// gradients of the router's weights.
#include "cuda/kernels/launch_grid.hpp"
#include "cuda/kernels/launch_kernel.hpp"
#include "cuda/kernels/warp.cuh"
#include "cuda/wgmma/launch_products.hpp"

namespace isoflop::bench::hopper {
namespace {

constexpr unsigned kListThreads = 1024;

/// One block: sums over experts before each, 1,024 at a time.
__global__ void __launch_bounds__(kListThreads)
    list_parts(const std::int32_t* __restrict__ offsets, int experts, int blocks,
               RowPart* __restrict__ parts, std::int32_t* __restrict__ num_parts) {
  __shared__ int sums[kListThreads / kWarp];
  const int thread = static_cast<int>(threadIdx.x), lane = thread % kWarp, warp = thread / kWarp;
  int before = 0;  // parts of the experts of all rounds so far
  for (int begin = 0; begin < experts; begin += kListThreads) {
    const int expert = begin + thread;
    int row = 0, rows = 0;
    if (expert < experts) {
      row = offsets[expert];
      rows = offsets[expert + 1] - row;
    }
    const RowParts cut = parts_of(rows, blocks);
    int inclusive = cut.count;
    for (int step = 1; step < static_cast<int>(kWarp); step *= 2) {
      const int other = __shfl_up_sync(0xffffffffu, inclusive, step);
      if (lane >= step) inclusive += other;
    }
    if (lane == static_cast<int>(kWarp) - 1) sums[warp] = inclusive;
    __syncthreads();
    int first = before + inclusive - cut.count;
    for (int w = 0; w < static_cast<int>(kListThreads / kWarp); ++w) {
      if (w < warp) first += sums[w];
      before += sums[w];
    }
    __syncthreads();  // before the next round writes them
    for (int i = 0; i < cut.count; ++i) {
      const int at = i * cut.rows_each, left = rows - at;
      parts[first + i] = {expert, row + at, left < cut.rows_each ? left : cut.rows_each};
    }
  }
  if (thread == 0) *num_parts = before;
}

__global__ void __launch_bounds__(kBlockThreads)
    sum_partials(const float* __restrict__ partial, const std::int32_t* __restrict__ slot_of,
                 std::int32_t rows, std::int32_t per_row, float* __restrict__ sums) {
  const std::int64_t row = static_cast<std::int64_t>(blockIdx.x) * kBlockThreads + threadIdx.x;
  if (row >= rows) return;
  float sum = 0.0f;
  for (std::int32_t i = 0; i < per_row; ++i) sum += partial[row * per_row + i];
  sums[slot_of[row]] = sum;
}

}  // namespace

void launch_list_parts(const std::int32_t* offsets, int experts, int blocks, RowPart* parts,
                       std::int32_t* num_parts, cudaStream_t stream) {
  launch_kernel(list_parts, 1, kListThreads, 0, stream, offsets, experts, blocks, parts, num_parts);
}

void launch_sum_partials(const float* partial, const std::int32_t* slot_of, std::int32_t rows,
                         std::int32_t per_row, float* sums, cudaStream_t stream) {
  launch_kernel(sum_partials, blocks_for(static_cast<std::uint64_t>(rows), kBlockThreads),
                kBlockThreads, 0, stream, partial, slot_of, rows, per_row, sums);
}

}  // namespace isoflop::bench::hopper
