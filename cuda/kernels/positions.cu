// counts, offsets, row_of and slot_of from expert ids, stable and the same in every run
// (position_chunks.hpp). Workspace: counts of chunks [chunks, E'], which the scan turns into the
// ranks at which the chunks begin.
#include "cuda/device/cuda_call.hpp"
#include "cuda/kernels/launch.hpp"
#include "cuda/kernels/launch_grid.hpp"
#include "cuda/kernels/launch_kernel.hpp"
#include "cuda/kernels/position_chunks.hpp"
#include "cuda/kernels/shared_memory.cuh"
#include "cuda/kernels/warp.cuh"

namespace isoflop::bench {
namespace {

static_assert(kSlotsPerTurn == kBlockThreads);

struct ChunkShape {
  std::int64_t num_slots, chunk;  // slots in all and of a chunk
  std::int32_t num_experts, num_chunks;
};

__global__ void __launch_bounds__(kBlockThreads)
    count_chunks(ChunkShape shape, const std::int32_t* __restrict__ ids,
                 std::int32_t* __restrict__ chunk_counts) {
  auto* const counts = dynamic_shared<std::int32_t>();  // [E']
  const auto thread = static_cast<std::int32_t>(threadIdx.x);
  for (std::int32_t e = thread; e < shape.num_experts; e += kBlockThreads) counts[e] = 0;
  __syncthreads();
  const std::int64_t begin = blockIdx.x * shape.chunk;
  const std::int64_t end = min(begin + shape.chunk, shape.num_slots);
  // Atomic, but of a sum of whole numbers: the order leaves no trace.
#pragma unroll 8
  for (std::int64_t slot = begin + thread; slot < end; slot += kBlockThreads) {
    atomicAdd(&counts[ids[slot]], 1);
  }
  __syncthreads();
  std::int32_t* const out = chunk_counts + std::int64_t{blockIdx.x} * shape.num_experts;
  for (std::int32_t e = thread; e < shape.num_experts; e += kBlockThreads) out[e] = counts[e];
}

constexpr int kSegments = 32;  // of the chunks, one per warp of the block

/// Chunk counts to the sums over the chunks before, in place, and their totals. A lane per expert,
/// a warp per segment of the chunks.
__global__ void __launch_bounds__(kSegments* kWarp)
    scan_chunks(ChunkShape shape, std::int32_t* __restrict__ chunk_counts,
                std::int32_t* __restrict__ totals) {
  constexpr int kBatch = 8;  // loads in flight
  __shared__ std::int32_t sums[kSegments][kWarp];
  const int lane = lane_id(), segment = static_cast<int>(threadIdx.x) / kWarp;
  const std::int32_t expert = static_cast<std::int32_t>(blockIdx.x) * kWarp + lane;
  const std::int32_t per_segment = (shape.num_chunks + kSegments - 1) / kSegments;
  const std::int32_t begin = min(segment * per_segment, shape.num_chunks);
  // A lane without an expert has nothing to scan but waits with the others.
  const std::int32_t end =
      expert < shape.num_experts ? min(begin + per_segment, shape.num_chunks) : begin;
  std::int32_t* const column = chunk_counts + expert;
  const std::int64_t stride = shape.num_experts;

  std::int32_t sum = 0;
#pragma unroll 8
  for (std::int32_t c = begin; c < end; ++c) sum += column[c * stride];
  sums[segment][lane] = sum;
  __syncthreads();
  std::int32_t before = 0;
  for (int s = 0; s < segment; ++s) before += sums[s][lane];
  if (segment == kSegments - 1 && expert < shape.num_experts) totals[expert] = before + sum;

  for (std::int32_t first = begin; first < end; first += kBatch) {
    std::int32_t counts[kBatch];
#pragma unroll
    for (int j = 0; j < kBatch; ++j) {
      counts[j] = first + j < end ? column[(first + j) * stride] : 0;
    }
#pragma unroll
    for (int j = 0; j < kBatch; ++j) {
      if (first + j < end) column[(first + j) * stride] = before;
      before += counts[j];
    }
  }
}

constexpr int kScanThreads = 1024;

/// offsets [E' + 1] from counts [E'], by one block.
__global__ void __launch_bounds__(kScanThreads)
    scan_experts(std::int32_t num_experts, std::int32_t capacity,
                 const std::int32_t* __restrict__ counts, std::int32_t* __restrict__ offsets) {
  __shared__ std::int32_t warp_sums[kScanThreads / kWarp];
  const int lane = lane_id(), warp = static_cast<int>(threadIdx.x) / kWarp;
  std::int32_t before = 0;  // rows of the experts of earlier rounds
  for (std::int32_t first = 0; first < num_experts; first += kScanThreads) {
    const std::int32_t expert = first + static_cast<std::int32_t>(threadIdx.x);
    std::int32_t rows = 0;
    if (expert < num_experts) rows = capacity > 0 ? capacity : counts[expert];
    std::int32_t sum = rows;  // of the warp's lanes up to this one
#pragma unroll
    for (int step = 1; step < kWarp; step *= 2) {
      const std::int32_t other = __shfl_up_sync(kAllLanes, sum, step);
      if (lane >= step) sum += other;
    }
    if (lane == kWarp - 1) warp_sums[warp] = sum;
    __syncthreads();
    std::int32_t offset = before + sum - rows;
    for (int w = 0; w < kScanThreads / kWarp; ++w) {
      if (w < warp) offset += warp_sums[w];
      before += warp_sums[w];
    }
    if (expert < num_experts) offsets[expert] = offset;
    __syncthreads();  // before the next round writes warp_sums
  }
  if (threadIdx.x == 0) offsets[num_experts] = before;
}

__global__ void __launch_bounds__(kBlockThreads)
    place_slots(ChunkShape shape, std::int32_t capacity, const std::int32_t* __restrict__ ids,
                const std::int32_t* __restrict__ chunk_ranks,
                const std::int32_t* __restrict__ offsets, std::int32_t* __restrict__ row_of,
                std::int32_t* __restrict__ slot_of) {
  auto* const next_rank = dynamic_shared<std::int32_t>();  // [E']
  const auto thread = static_cast<std::int32_t>(threadIdx.x);
  const std::int32_t* const first_rank = chunk_ranks + std::int64_t{blockIdx.x} * shape.num_experts;
  for (std::int32_t e = thread; e < shape.num_experts; e += kBlockThreads) {
    next_rank[e] = first_rank[e];
  }
  __syncthreads();

  constexpr std::int32_t kNone = -1;  // the expert of a lane beyond the last slot
  const std::int64_t begin = blockIdx.x * shape.chunk;
  const std::int64_t end = min(begin + shape.chunk, shape.num_slots);
  const unsigned lane = static_cast<unsigned>(lane_id()), warp = threadIdx.x / kWarp;
  std::int32_t expert = begin + thread < end ? ids[begin + thread] : kNone;
  for (std::int64_t turn = begin; turn < end; turn += kBlockThreads) {
    const std::int64_t slot = turn + thread, after = slot + kBlockThreads;
    const std::int32_t expert_after = after < end ? ids[after] : kNone;  // on its way meanwhile
    const unsigned peers = __match_any_sync(kAllLanes, expert);
    const int leader = __ffs(static_cast<int>(peers)) - 1;
    const bool leads = expert != kNone && static_cast<int>(lane) == leader;
    std::int32_t rank = 0;
    for (unsigned w = 0; w < kWarpsPerBlock; ++w) {  // the warps in order
      if (w == warp && leads) {
        rank = next_rank[expert];
        next_rank[expert] = rank + __popc(peers);
      }
      __syncthreads();
    }
    rank = __shfl_sync(kAllLanes, rank, leader) + rank_among_peers(peers, lane);
    if (expert != kNone) {
      const std::int32_t row = row_of_rank(offsets[expert], rank, expert, capacity);
      row_of[slot] = row;
      if (row != kDropped) slot_of[row] = static_cast<std::int32_t>(slot);
    }
    expert = expert_after;
  }
}

}  // namespace

std::size_t positions_workspace_bytes(const MoeLayer& layer) {
  const auto num_experts = static_cast<std::int64_t>(layer.experts.num_experts);
  const std::int64_t chunks = num_chunks(static_cast<std::int64_t>(layer.num_rows()), num_experts);
  return static_cast<std::size_t>(chunks * num_experts) * sizeof(std::int32_t);
}

void launch_positions(const MoeLayer& layer, const RoutingBuffers& routing, std::uint64_t capacity,
                      cudaStream_t stream) {
  const std::uint64_t num_experts = layer.experts.num_experts;
  const std::uint64_t padded_rows = num_experts * capacity;
  require_int32(layer.num_rows(), "rows");
  require_int32(padded_rows, "padded rows");
  const auto experts = static_cast<std::int32_t>(num_experts);
  const auto slots = static_cast<std::int64_t>(layer.num_rows());
  const ChunkShape shape{slots, slots_per_chunk(experts), experts,
                         static_cast<std::int32_t>(num_chunks(slots, experts))};
  const auto rows_per_expert = static_cast<std::int32_t>(capacity);
  auto* const chunk_counts = static_cast<std::int32_t*>(routing.workspace);
  const std::uint64_t bytes = num_experts * sizeof(std::int32_t);
  allow_shared_bytes(count_chunks, bytes, num_experts);
  allow_shared_bytes(place_slots, bytes, num_experts);
  const auto chunks = static_cast<unsigned>(shape.num_chunks);

  if (capacity > 0) {  // every byte of kPadding is 0xff
    ISOFLOP_CUDA_CALL(
        cudaMemsetAsync(routing.slot_of, 0xff, padded_rows * sizeof(std::int32_t), stream));
  }
  launch_kernel(count_chunks, chunks, kBlockThreads, bytes, stream, shape, routing.ids,
                chunk_counts);
  launch_kernel(scan_chunks, blocks_for(num_experts, kWarp), kSegments * kWarp, 0, stream, shape,
                chunk_counts, routing.counts);
  launch_kernel(scan_experts, 1, kScanThreads, 0, stream, experts, rows_per_expert, routing.counts,
                routing.offsets);
  launch_kernel(place_slots, chunks, kBlockThreads, bytes, stream, shape, rows_per_expert,
                routing.ids, chunk_counts, routing.offsets, routing.row_of, routing.slot_of);
}

}  // namespace isoflop::bench
