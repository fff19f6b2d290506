/// The products whose output has a row per routed row: up, down, and their gradients of inputs.
///   out [row, c] = sum over k of X [row, k] W_e [c, k]       or W_e [k, c], as the weights are
///   stored
/// Rows of an expert lie together, any number of them. Persistent: every cluster takes tile after
/// tile of the list of parts. Warpgroup 0 fetches, 1 and 2 multiply 128 columns each and store.
#pragma once

#include "cuda/wgmma/row_epilogue.cuh"

namespace isoflop::bench::hopper {

template <class Layout, bool kTransposed, int kN>
ISOFLOP_DEVICE void multiply(RowSums& sums, std::uint32_t base, const Barriers& barriers, int steps,
                             int group, int lane, Ring<Layout::kStages>& ring) {
  int previous = 0;
  for (int step = 0; step < steps; ++step) {
    wait_for(barriers.full + 8 * ring.stage, ring.parity, kWaitFull);
    const std::uint32_t weights = base + ring.stage * Layout::kStageBytes;
    const std::uint64_t from_w = descriptor(weights + group * Layout::kGroupStep);
    const std::uint64_t from_x = descriptor(weights + Layout::kWeightBytes);
    begin_products();
#pragma unroll
    for (int k = 0; k < kDepthStep / 16; ++k) {
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        Wgmma<kN>::template queue<kTransposed, 0>(
            sums[half],
            from_w + half * (Layout::kHalfStep >> 4) +
                k * (kTransposed ? kNextDepthTransposed : kNextDepth),
            from_x + k * kNextDepth, (step | k) != 0);
      }
    }
    commit_products();
    wait_for_products<1>();  // those of the stage before
    if (step > 0) barriers.release(previous, lane);
    previous = ring.stage;
    ring.advance();
  }
  wait_for_products<0>();
  barriers.release(previous, lane);
#pragma unroll
  for (int half = 0; half < 2; ++half) {
#pragma unroll
    for (int i = 0; i < kN / 2; ++i) pin(sums[half][i]);
  }
}

/// The width of the product is a constant of the instruction: finds it by halving.
template <class Layout, bool kTransposed, int kLow = 1, int kHigh = kTileRowsMost / 8>
ISOFLOP_DEVICE void multiply_rows(int eighths, RowSums& sums, std::uint32_t base,
                                  const Barriers& barriers, int steps, int group, int lane,
                                  Ring<Layout::kStages>& ring) {
  if constexpr (kLow == kHigh) {
    multiply<Layout, kTransposed, 8 * kLow>(sums, base, barriers, steps, group, lane, ring);
  } else {
    constexpr int kMiddle = (kLow + kHigh) / 2;
    if (eighths <= kMiddle) {
      multiply_rows<Layout, kTransposed, kLow, kMiddle>(eighths, sums, base, barriers, steps, group,
                                                        lane, ring);
    } else {
      multiply_rows<Layout, kTransposed, kMiddle + 1, kHigh>(eighths, sums, base, barriers, steps,
                                                             group, lane, ring);
    }
  }
}

/// What warpgroup 0 does: all of it where rows are gathered, else its first thread.
template <class Layout, bool kTransposed, bool kGather, Epilogue kEpilogue>
ISOFLOP_DEVICE void fetch_tiles(const RowProductMaps& maps, const RowProductArguments& a,
                                std::uint32_t base, const Barriers& barriers, int rank, int first,
                                int step, int num_tiles, int steps) {
  const int thread = static_cast<int>(threadIdx.x);
  constexpr int kPasses = kTileRowsMost / 16;  // eight threads copy a row of 128 bytes
  const int chunk = thread % 8, row = thread / 8;
  CopySignal<Layout::kStages> copies{barriers.full};
  Ring<Layout::kStages> ring;
  ring.parity = 1;  // all stages begin empty
  for (int t = first; t < num_tiles; t += step) {
    const Tile tile = tile_at(t, a.across);
    const RowPart part = a.parts[tile.part];
    const RowRange mine = rows_of_block(part.rows, barriers.blocks, rank);
    const int row0 = part.row + mine.begin;
    [[maybe_unused]] int token[kPasses];
    if constexpr (kGather) {
#pragma unroll
      for (int p = 0; p < kPasses; ++p) {
        const int r = 16 * p + row;
        token[p] = r < mine.rows ? __ldg(a.slot_of + row0 + r) / a.top_k : -1;
      }
    }
    for (int k = 0; k < steps; ++k) {
      wait_for(barriers.empty + 8 * ring.stage, ring.parity, kWaitEmpty);
      const std::uint32_t weights = base + ring.stage * Layout::kStageBytes;
      const std::uint32_t x = weights + Layout::kWeightBytes;
      const std::uint32_t full = barriers.full + 8 * ring.stage;
      if (thread == 0) {
        arrive_expecting(
            full, Layout::kWeightBytes +
                      (kGather ? 0 : static_cast<std::uint32_t>(mine.eighths) * 8 * kRowBytes));
        // Of the weights every block of the cluster fetches a part for all.
        const int width = tile_width(kEpilogue), share = width / barriers.blocks;
        const int column = tile.strip * width + rank * share;
        const std::uint32_t to = weights + static_cast<std::uint32_t>(rank * share * kRowBytes);
        if constexpr (kTransposed) {
          for (int box = 0; box < share / 64; ++box) {
            load_shared_box(&maps.weights, to + box * kBoxBytes, full,
                            Place<3>{{column + 64 * box, k * kDepthStep, part.expert}},
                            barriers.blocks);
          }
        } else {
          for (int section = 0; section < (Layout::kGated ? 2 : 1); ++section) {
            load_shared_box(&maps.weights, to + section * (Layout::kWeightBytes / 2), full,
                            Place<3>{{k * kDepthStep, section * a.width + column, part.expert}},
                            barriers.blocks);
          }
        }
        if constexpr (!kGather) {
          load_box(&maps.rows[mine.eighths - 1], x, full, Place<2>{{k * kDepthStep, row0}});
        }
      }
      if constexpr (kGather) {
#pragma unroll
        for (int p = 0; p < kPasses; ++p) {
          const int r = 16 * p + row;
          if (r < 8 * mine.eighths) {
            gather16(x + swizzled(r, chunk), a.x, token[p], k * kDepthStep + 8 * chunk, a.depth);
          }
        }
        copies.committed(ring.stage);
      }
      ring.advance();
    }
  }
  if constexpr (kGather) copies.finish();
}

template <bool kTransposed, bool kGather, Epilogue kEpilogue>
__global__ void __launch_bounds__(kProductThreads, 1)
    row_product(const __grid_constant__ RowProductMaps maps,
                const __grid_constant__ RowProductArguments a) {
#ifdef __CUDA_ARCH_FEAT_SM90_ALL
  using Layout = RowProductLayout<kGather, kEpilogue>;
  const std::uint32_t base = aligned_shared_memory();
  const int thread = static_cast<int>(threadIdx.x) % kGroupThreads;
  const int warpgroup = static_cast<int>(threadIdx.x) / kGroupThreads;
  const int rank = a.blocks == 1 ? 0 : static_cast<int>(rank_in_cluster());
  const Barriers barriers{base + Layout::kBarriersAt,
                          base + Layout::kBarriersAt + 8 * Layout::kStages, a.blocks};
  const std::uint32_t loaded = barriers.empty + 8 * Layout::kStages;
  if (threadIdx.x == 0) {
    barriers.init(Layout::kStages, kGather ? kGroupThreads + 1 : 1);
    if constexpr (Layout::kDerives) {
      for (int i = 0; i < 2 * Layout::kSlots; ++i) init_barrier(loaded + 8 * i, 1);
    }
    publish_barriers();
  }
  meet_cluster();

  const int first = static_cast<int>(blockIdx.x) / a.blocks;
  const int step = static_cast<int>(gridDim.x) / a.blocks;
  const int num_tiles = *a.num_parts * a.across;
  const int steps = ceil_div(a.depth, kDepthStep);
  if (warpgroup == 0) {
    shrink_registers_to<Layout::kProducerRegisters>();
    if (kGather || threadIdx.x == 0) {
      fetch_tiles<Layout, kTransposed, kGather, kEpilogue>(maps, a, base, barriers, rank, first,
                                                           step, num_tiles, steps);
    }
  } else {
    grow_registers_to<Layout::kConsumerRegisters>();
    const int group = warpgroup - 1;
    RowEpilogue<Layout, kEpilogue> epilogue{
        maps,
        a,
        base + Layout::kSlotsAt + group * Layout::kSlots * Layout::kSlotBytes,
        base + Layout::kWeightsAt + group * kTileRowsMost * 4,
        base + Layout::kSumsAt + group * 4 * kTileRowsMost * 4,
        loaded + 8 * group * Layout::kSlots,
        group,
        thread};
    Ring<Layout::kStages> ring;
    for (int t = first; t < num_tiles; t += step) {
      const Tile tile = tile_at(t, a.across);
      const RowPart part = a.parts[tile.part];
      const RowRange mine = rows_of_block(part.rows, a.blocks, rank);
      const typename RowEpilogue<Layout, kEpilogue>::Rows rows{part.row + mine.begin, mine.rows,
                                                               mine.eighths};
      epilogue.begin_tile(rows, tile.strip);
      RowSums sums;  // the first product of a tile sets what it uses
      multiply_rows<Layout, kTransposed>(mine.eighths, sums, base, barriers, steps, group,
                                         thread % 32, ring);
      epilogue.run(sums, rows, tile.strip);
    }
    if (thread == 0) wait_for_stores();
  }
  __syncwarp();
  meet_cluster();  // nobody leaves while others write to it
#endif
}

}  // namespace isoflop::bench::hopper
