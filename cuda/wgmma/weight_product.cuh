/// Gradients of weights:
///   out_e [i, j] = sum over the rows of expert e of L [row, i] R [row, j]
/// Both operands are transposed and the depth is the expert's rows, any number of them: what the
/// last box of 64 rows holds of the next expert is set to zero in shared memory up to a multiple of
/// 16, beyond which nothing is multiplied. 128 x 256 numbers of the output per block; two blocks of
/// a cluster share the operand that is not gathered, which can be sent to both.
#pragma once

#include "cuda/wgmma/pipeline.cuh"
#include "cuda/wgmma/weight_product.hpp"

namespace isoflop::bench::hopper {

struct WeightProductLayout {
  static constexpr int kStages = 4;
  static constexpr std::uint32_t kLeftBytes = kWgradRows / 64 * kBoxBytes;
  static constexpr std::uint32_t kRightBytes = kWgradColumns / 64 * kBoxBytes;
  static constexpr std::uint32_t kStageBytes = kLeftBytes + kRightBytes;
  static constexpr std::uint32_t kPiecesAt = kStages * kStageBytes;  // two of each group
  static constexpr std::uint32_t kBarriersAt = kPiecesAt + 4 * kBoxBytes;
  static constexpr std::uint32_t kBytes = kBarriersAt + 8 * 2 * kStages + 1024;
  static_assert(kBytes <= kSharedBytesMost);
};
using WeightRing = Ring<WeightProductLayout::kStages>;
using WeightSums = float[kWgradColumns / 2];

/// What a tile is: of one expert, rows from `row` and columns from `column` on of the output; and
/// the expert's routed rows, which are the depth.
struct WeightTile {
  int expert, row, column, first, depth;
};
template <Gathered kGathered>
ISOFLOP_DEVICE WeightTile weight_tile_at(const WeightProductArguments& a, int index, int rank) {
  const WeightGrid grid = weight_grid(a.rows, a.columns, a.blocks, kGathered == Gathered::kRight);
  const WeightPlace place =
      weight_place_at(grid, index, rank, a.blocks, kGathered == Gathered::kRight);
  const int first = __ldg(a.offsets + place.expert);
  return {place.expert, place.row, place.column, first,
          __ldg(a.offsets + place.expert + 1) - first};
}
/// Boxes of 64 columns of the right operand that a tile has.
ISOFLOP_DEVICE int right_boxes(const WeightProductArguments& a, const WeightTile& tile) {
  const int left = a.columns - tile.column;
  return left <= 0 ? 0 : ceil_div(left < kWgradColumns ? left : kWgradColumns, 64);
}

template <int kN, int kSteps>
ISOFLOP_DEVICE void multiply_box(WeightSums& sums, std::uint64_t left, std::uint64_t right,
                                 int keep) {
  begin_products();
#pragma unroll
  for (int k = 0; k < kSteps; ++k) {
    Wgmma<kN>::template queue<1, 1>(sums, left + k * kNextDepthTransposed,
                                    right + k * kNextDepthTransposed, k == 0 ? keep : 1);
  }
  commit_products();
}

/// The last rows of an expert, fewer than 64: those of the next are cleared where TMA brought them.
template <Gathered kGathered>
ISOFLOP_DEVICE void clear_rest(std::uint32_t left, std::uint32_t right, int boxes, int valid,
                               int steps, int group, int thread) {
  const int pieces = (16 * steps - valid) * 8;  // of 16 bytes, in every box
  for (int i = thread; i < pieces; i += kGroupThreads) {
    const std::uint32_t at = static_cast<std::uint32_t>(valid * kRowBytes + i * 16);
    if (kGathered != Gathered::kLeft) clear_shared16(left + at);
    if (kGathered != Gathered::kRight) {
      for (int box = group; box < boxes; box += 2) clear_shared16(right + box * kBoxBytes + at);
    }
  }
  publish_to_async_units();
  meet_threads<2 * kGroupThreads>(kBothBarrier);
}

/// Boxes: of the right operand, so that the width of the product is 64 times that.
template <Gathered kGathered, int kBoxes>
ISOFLOP_DEVICE void multiply_depth(WeightSums& sums, std::uint32_t base, const Barriers& barriers,
                                   int depth, int group, int thread, WeightRing& ring) {
  using Layout = WeightProductLayout;
  constexpr int kN = 64 * kBoxes;
  const int whole = depth / kDepthStep, lane = thread % 32;
  auto left_at = [&] { return base + ring.stage * Layout::kStageBytes + group * kBoxBytes; };
  auto right_at = [&] { return base + ring.stage * Layout::kStageBytes + Layout::kLeftBytes; };
  int previous = 0;
  for (int step = 0; step < whole; ++step) {
    wait_for(barriers.full + 8 * ring.stage, ring.parity, kWaitFull);
    multiply_box<kN, kDepthStep / 16>(sums, descriptor(left_at()),
                                      descriptor(right_at(), kBoxBytes), step != 0);
    wait_for_products<1>();
    if (step > 0) barriers.release(previous, lane);
    previous = ring.stage;
    ring.advance();
  }
  wait_for_products<0>();
  if (whole > 0) barriers.release(previous, lane);

  const int valid = depth - whole * kDepthStep;
  if (valid > 0) {
    wait_for(barriers.full + 8 * ring.stage, ring.parity, kWaitTail);
    const int steps = ceil_div(valid, 16);
    clear_rest<kGathered>(left_at(), right_at(), kBoxes, valid, steps, group, thread);
    const std::uint64_t left = descriptor(left_at()), right = descriptor(right_at(), kBoxBytes);
    const int keep = whole != 0;
    if (steps == 1) {
      multiply_box<kN, 1>(sums, left, right, keep);
      wait_for_products<0>();
    } else if (steps == 2) {
      multiply_box<kN, 2>(sums, left, right, keep);
      wait_for_products<0>();
    } else if (steps == 3) {
      multiply_box<kN, 3>(sums, left, right, keep);
      wait_for_products<0>();
    } else {
      multiply_box<kN, 4>(sums, left, right, keep);
      wait_for_products<0>();
    }
    barriers.release(ring.stage, lane);
    ring.advance();
  }
#pragma unroll
  for (int i = 0; i < kN / 2; ++i) pin(sums[i]);
}

template <Gathered kGathered>
ISOFLOP_DEVICE void multiply_boxes(int boxes, WeightSums& sums, std::uint32_t base,
                                   const Barriers& barriers, int depth, int group, int thread,
                                   WeightRing& ring) {
  if (boxes == 4)
    return multiply_depth<kGathered, 4>(sums, base, barriers, depth, group, thread, ring);
  if (boxes == 3)
    return multiply_depth<kGathered, 3>(sums, base, barriers, depth, group, thread, ring);
  if (boxes == 2)
    return multiply_depth<kGathered, 2>(sums, base, barriers, depth, group, thread, ring);
  multiply_depth<kGathered, 1>(sums, base, barriers, depth, group, thread, ring);
}

/// A group's 64 rows leave 64 columns at a time.
ISOFLOP_DEVICE void store_weights(const WeightSums& sums, const WeightProductMaps& maps,
                                  const WeightProductArguments& a, const WeightTile& tile,
                                  std::uint32_t pieces, int group, int thread, int& unit) {
  if (tile.row + 64 * group >= a.rows) return;
  const int warp = thread / 32, matrix = thread % 32 / 8, r = thread % 8;
  const std::uint32_t mask = tile.depth == 0 ? 0u : ~0u;  // an expert without rows: zeros
#pragma unroll
  for (int c = 0; c < kWgradColumns / 64; ++c) {
    const int column = tile.column + 64 * c;
    if (column >= a.columns) continue;  // the same for all threads
    const std::uint32_t piece = pieces + static_cast<std::uint32_t>(unit++ % 2) * kBoxBytes;
    if (thread == 0) wait_until_stores_have_read<1>();
    meet_threads<kGroupThreads>(kGroupBarrier + group);
#pragma unroll
    for (int j = 0; j < 8; j += 2) {  // two chunks of 8 columns, and 8 rows below each
      const float* const v = &sums[4 * (8 * c + j)];
      Fragments f;
#pragma unroll
      for (int i = 0; i < 4; ++i) f.of[i] = pack(v[2 * i], v[2 * i + 1]) & mask;
      store_straight(piece + swizzled(16 * warp + 8 * (matrix & 1) + r, j + matrix / 2), f);
    }
    publish_to_async_units();
    meet_threads<kGroupThreads>(kGroupBarrier + group);
    if (thread == 0) {
      store_box(&maps.out, piece, Place<3>{{column, tile.row + 64 * group, tile.expert}});
      commit_stores();
    }
  }
}

/// Rows of one box of the gathered operand: two boxes of 64 columns if it is the left one, else up
/// to four.
ISOFLOP_DEVICE void gather_boxes(std::uint32_t to, const WeightProductArguments& a, int boxes,
                                 int width, int column, const int (&token)[4]) {
  const int thread = static_cast<int>(threadIdx.x), chunk = thread % 8, row = thread / 8;
  for (int box = 0; box < boxes; ++box) {
#pragma unroll
    for (int p = 0; p < 4; ++p) {
      gather16(to + box * kBoxBytes + swizzled(16 * p + row, chunk), a.gathered, token[p],
               column + 64 * box + 8 * chunk, width);
    }
  }
}

/// What warpgroup 0 does: all of it where an operand is gathered, else its first thread.
template <Gathered kGathered>
ISOFLOP_DEVICE void fetch_weight_tiles(const WeightProductMaps& maps,
                                       const WeightProductArguments& a, std::uint32_t base,
                                       const Barriers& barriers, int rank, int first, int stride,
                                       int num_tiles) {
  using Layout = WeightProductLayout;
  const int thread = static_cast<int>(threadIdx.x);
  CopySignal<Layout::kStages> copies{barriers.full};
  WeightRing ring;
  ring.parity = 1;
  for (int t = first; t < num_tiles; t += stride) {
    const WeightTile tile = weight_tile_at<kGathered>(a, t, rank);
    const int boxes = right_boxes(a, tile);
    for (int k = 0; k < ceil_div(tile.depth, kDepthStep); ++k) {
      [[maybe_unused]] int token[4];
      const int row = tile.first + k * kDepthStep;
      if constexpr (kGathered != Gathered::kNone) {
        const int left = tile.depth - k * kDepthStep;
#pragma unroll
        for (int p = 0; p < 4; ++p) {
          const int r = 16 * p + thread / 8;
          token[p] = r < left ? __ldg(a.slot_of + row + r) / a.top_k : -1;
        }
      }
      wait_for(barriers.empty + 8 * ring.stage, ring.parity, kWaitEmpty);
      const std::uint32_t left_at = base + ring.stage * Layout::kStageBytes;
      const std::uint32_t right_at = left_at + Layout::kLeftBytes;
      const std::uint32_t full = barriers.full + 8 * ring.stage;
      if (thread == 0) {
        constexpr bool kLoadsLeft = kGathered != Gathered::kLeft;
        constexpr bool kLoadsRight = kGathered != Gathered::kRight;
        arrive_expecting(full,
                         (kLoadsLeft ? Layout::kLeftBytes : 0) +
                             (kLoadsRight ? static_cast<std::uint32_t>(boxes) * kBoxBytes : 0));
        if constexpr (kLoadsLeft) {
          for (int box = 0; box < kWgradRows / 64; ++box) {
            const Place<2> place{{tile.row + 64 * box, row}};
            const std::uint32_t to = left_at + box * kBoxBytes;
            if constexpr (kLoadsRight) {
              load_box(&maps.left, to, full, place);
            } else if (box % a.blocks == rank) {  // what the blocks of the cluster have in common
              load_shared_box(&maps.left, to, full, place, a.blocks);
            }
          }
        }
        if constexpr (kLoadsRight) {
          for (int box = rank; box < boxes; box += a.blocks) {
            load_shared_box(&maps.right, right_at + box * kBoxBytes, full,
                            Place<2>{{tile.column + 64 * box, row}}, a.blocks);
          }
        }
      }
      if constexpr (kGathered == Gathered::kLeft) {
        gather_boxes(left_at, a, kWgradRows / 64, a.rows, tile.row, token);
        copies.committed(ring.stage);
      }
      if constexpr (kGathered == Gathered::kRight) {
        gather_boxes(right_at, a, boxes, a.columns, tile.column, token);
        copies.committed(ring.stage);
      }
      ring.advance();
    }
  }
  if constexpr (kGathered != Gathered::kNone) copies.finish();
}

template <Gathered kGathered>
__global__ void __launch_bounds__(kProductThreads, 1)
    weight_product(const __grid_constant__ WeightProductMaps maps,
                   const __grid_constant__ WeightProductArguments a) {
#ifdef __CUDA_ARCH_FEAT_SM90_ALL
  using Layout = WeightProductLayout;
  constexpr bool kGathers = kGathered != Gathered::kNone;
  const std::uint32_t base = aligned_shared_memory();
  const int thread = static_cast<int>(threadIdx.x) % kGroupThreads;
  const int warpgroup = static_cast<int>(threadIdx.x) / kGroupThreads;
  const int rank = a.blocks == 1 ? 0 : static_cast<int>(rank_in_cluster());
  const Barriers barriers{base + Layout::kBarriersAt,
                          base + Layout::kBarriersAt + 8 * Layout::kStages, a.blocks};
  if (threadIdx.x == 0) {
    barriers.init(Layout::kStages, kGathers ? kGroupThreads + 1 : 1);
    publish_barriers();
  }
  meet_cluster();

  const int first = static_cast<int>(blockIdx.x) / a.blocks;
  const int stride = static_cast<int>(gridDim.x) / a.blocks;
  const WeightGrid grid = weight_grid(a.rows, a.columns, a.blocks, kGathered == Gathered::kRight);
  const int num_tiles = a.experts * grid.down * grid.across;
  if (warpgroup == 0) {
    shrink_registers_to<kGathers ? 56 : 40>();
    if (kGathers || threadIdx.x == 0) {
      fetch_weight_tiles<kGathered>(maps, a, base, barriers, rank, first, stride, num_tiles);
    }
  } else {
    grow_registers_to<kGathers ? 224 : 232>();
    const int group = warpgroup - 1;
    const std::uint32_t pieces = base + Layout::kPiecesAt + group * 2 * kBoxBytes;
    int unit = 0;
    WeightRing ring;
    for (int t = first; t < num_tiles; t += stride) {
      const WeightTile tile = weight_tile_at<kGathered>(a, t, rank);
      WeightSums sums;
      multiply_boxes<kGathered>(right_boxes(a, tile), sums, base, barriers, tile.depth, group,
                                thread, ring);
      store_weights(sums, maps, a, tile, pieces, group, thread, unit);
    }
    if (thread == 0) wait_for_stores();
  }
  __syncwarp();
  meet_cluster();
#endif
}

}  // namespace isoflop::bench::hopper
