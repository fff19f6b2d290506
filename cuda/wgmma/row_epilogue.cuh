/// What becomes of the sums of a product with a row per routed row: rounded, weighted, through an
/// activation or its derivative, and stored; and where all of it lies in shared memory.
#pragma once

#include "cuda/kernels/activation_math.hpp"
#include "cuda/wgmma/pipeline.cuh"
#include "cuda/wgmma/row_product.hpp"

namespace isoflop::bench::hopper {

/// Shared memory of a block, in bytes from its first multiple of 1024.
template <bool kGather, Epilogue kEpilogue>
struct RowProductLayout {
  static constexpr bool kDerives = is_derivative(kEpilogue);
  static constexpr int kStages = kDerives ? 3 : 4;
  static constexpr std::uint32_t kWeightBytes = kTileColumns * kRowBytes;
  static constexpr std::uint32_t kStageBytes = kWeightBytes + kTileRowsMost * kRowBytes;
  // A warpgroup's two times 64 columns: one after the other, or of the gates and of what they
  // scale, of which 128 columns each are in a stage.
  static constexpr bool kGated = kEpilogue == Epilogue::kGate;
  static constexpr std::uint32_t kGroupStep = (kGated ? 1 : 2) * kBoxBytes;
  static constexpr std::uint32_t kHalfStep = (kGated ? 2 : 1) * kBoxBytes;
  // What leaves: pieces of kChunkRows rows and 64 columns. Slots of several pieces, of each group.
  static constexpr int kChunkRows = chunk_rows(kEpilogue), kSlots = kDerives ? 4 : 2;
  static constexpr int kPieces = !kDerives ? 1 : kEpilogue == Epilogue::kDeriveGate ? 3 : 2;
  static constexpr std::uint32_t kPieceBytes = kChunkRows * kRowBytes;
  static constexpr std::uint32_t kSlotBytes = kPieces * kPieceBytes;

  static constexpr std::uint32_t kSlotsAt = kStages * kStageBytes;
  static constexpr std::uint32_t kWeightsAt = kSlotsAt + 2 * kSlots * kSlotBytes;
  static constexpr std::uint32_t kSumsAt = kWeightsAt + 2 * kTileRowsMost * 4;
  static constexpr std::uint32_t kBarriersAt =
      kSumsAt + (kDerives ? kMultiplyingWarps * kTileRowsMost * 4 : 0);
  static constexpr std::uint32_t kBytes =
      kBarriersAt + 8 * (2 * kStages + (kDerives ? 2 * kSlots : 0)) + 1024;
  static_assert(kBytes <= kSharedBytesMost);

  static constexpr int kProducerRegisters = kGather ? 56 : 40;
  static constexpr int kConsumerRegisters = kGather ? 224 : 232;
};

/// Sums of a thread: of two times 64 columns (see wgmma.cuh).
using RowSums = float[2][kTileRowsMost / 2];

/// What one multiplying warpgroup does with its sums.
template <class Layout, Epilogue kEpilogue>
struct RowEpilogue {
  static constexpr int kChunkRows = Layout::kChunkRows;
  static constexpr int kChunks = kTileRowsMost / kChunkRows;
  static constexpr int kPairs = kChunkRows / 16;  ///< of eighths: what one fragment store takes
  static constexpr bool kGated = kEpilogue == Epilogue::kGate;
  static constexpr bool kDerivesGate = kEpilogue == Epilogue::kDeriveGate;

  const RowProductMaps& maps;
  const RowProductArguments& a;
  std::uint32_t slots;         ///< of this group
  std::uint32_t weights;       ///< [160] of the tile's rows
  std::uint32_t partial_sums;  ///< [4 warps][160]
  std::uint32_t loaded;        ///< barriers, one per slot
  int group, thread;
  int unit = 0;   ///< pieces of work since the kernel began: which slot, and its parity
  int begin = 0;  ///< the first of this tile

  /// The tile's rows in out, of this block.
  struct Rows {
    int first, count, eighths;
  };

  ISOFLOP_DEVICE int warp() const { return thread / 32; }
  ISOFLOP_DEVICE int lane() const { return thread % 32; }
  ISOFLOP_DEVICE std::uint32_t slot_at(int index) const {
    return slots + static_cast<std::uint32_t>(index % Layout::kSlots) * Layout::kSlotBytes;
  }
  /// First column of this group in a tile.
  ISOFLOP_DEVICE int first_column(int strip) const {
    return strip * tile_width(kEpilogue) + group * (tile_width(kEpilogue) / 2);
  }
  /// Where this lane's row of four matrices is: two of them side by side, two 8 rows below.
  ISOFLOP_DEVICE std::uint32_t fragment_at() const {
    const int matrix = lane() / 8, row = lane() % 8;
    const int chunk = 2 * warp() + (matrix & 1);
    return swizzled(8 * (matrix / 2) + row, chunk);
  }

  /// The router's weights of the rows to shared memory, so that they have come when the sums are
  /// done.
  ISOFLOP_DEVICE void begin_tile(const Rows& rows, int strip) {
    if (Layout::kDerives || a.weights != nullptr) {
      for (int r = thread; r < rows.count; r += kGroupThreads) {
        float weight = 1.0f;
        if (a.weights != nullptr) weight = __ldg(a.weights + __ldg(a.slot_of + rows.first + r));
        store_shared_float(weights + 4 * r, weight);
      }
    }
    if constexpr (Layout::kDerives) {
      begin = unit;
      const int units = num_units(rows, strip);
      for (int i = 0; i < Layout::kSlots - 1 && i < units; ++i) load_h(rows, strip, i);
    }
  }

  /// Weights of the two rows of eighth j that this thread holds.
  ISOFLOP_DEVICE void weights_of(int eighth, float (&weight)[2]) const {
    const std::uint32_t at = weights + 4 * (8 * eighth + 2 * (lane() % 4));
    weight[0] = load_shared_float(at);
    weight[1] = load_shared_float(at + 4);
  }

  /// A piece of rows [first, first + count) and 64 columns leaves: whole eighths by TMA, the rest,
  /// whose next rows belong to another expert, by all threads.
  ISOFLOP_DEVICE void store_piece(std::uint32_t piece, const CUtensorMap* by_eighths, Bf16* out,
                                  int column, int section, int sections, int first, int count) {
    const int whole = count / 8;
    if (thread == 0 && whole > 0) {
      store_box(by_eighths + (whole - 1), piece, Place<3>{{column, section, first}});
    }
    const int chunk = thread % 8, row = 8 * whole + thread / 8;
    if (row < count && column + 8 * chunk < a.width) {
      const uint4 v = load_shared16(piece + swizzled(row, chunk));
      const std::size_t width = static_cast<unsigned>(a.width);
      const std::size_t line = static_cast<std::size_t>(first + row) * sections + section;
      *reinterpret_cast<uint4*>(out + line * width + column + 8 * chunk) = v;
    }
  }

  // --- forward, and gradients without an activation ---

  enum Part { kFirst, kSecond };  ///< kPlain: of the columns' halves; kGate: gates, ups

  /// One value of each matrix of a fragment. kWhat: see run().
  template <int kWhat>
  ISOFLOP_DEVICE Fragments fragment(const RowSums& sums, int eighth) const {
    Fragments v;
    float weight[2][2] = {{1.0f, 1.0f}, {1.0f, 1.0f}};
    const bool weighted = kEpilogue == Epilogue::kPlain && a.weights != nullptr;
    if (weighted) {
      weights_of(eighth, weight[0]);
      weights_of(eighth + 1, weight[1]);
    }
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const int at = 4 * (eighth + i / 2) + 2 * (i & 1);
      float out[2];
#pragma unroll
      for (int q = 0; q < 2; ++q) {
        const float x = sums[kWhat % 2][at + q];
        if constexpr (kGated && kWhat == 2) {
          out[q] = activation_value(Activation::kSwiGlu, x) * sums[1][at + q];
        } else if constexpr (kWhat >= 2) {
          out[q] = activation_value(a.activation, x);
        } else {
          out[q] = weighted ? weight[i / 2][q] * x : x;
        }
      }
      v.of[i] = pack(out[0], out[1]);
    }
    return v;
  }

  template <int kWhat>
  ISOFLOP_DEVICE void store_sums(const RowSums& sums, const Rows& rows, int column,
                                 const CUtensorMap* map, Bf16* out, int section, int sections) {
    if (column >= a.width) return;
#pragma unroll
    for (int c = 0; c < kChunks; ++c) {
      if (c * kChunkRows >= 8 * rows.eighths) continue;  // the same for all threads
      const std::uint32_t piece = slot_at(unit++);
      if (thread == 0) wait_until_stores_have_read<1>();
      meet_threads<kGroupThreads>(kGroupBarrier + group);
#pragma unroll
      for (int p = 0; p < kPairs; ++p) {
        const int eighth = c * (kChunkRows / 8) + 2 * p;
        if (eighth < rows.eighths) {
          store_transposed(piece + fragment_at() + p * 16 * kRowBytes,
                           fragment<kWhat>(sums, eighth));
        }
      }
      publish_to_async_units();
      meet_threads<kGroupThreads>(kGroupBarrier + group);
      const int left = rows.count - c * kChunkRows;
      const int here = left < 0 ? 0 : left > kChunkRows ? kChunkRows : left;
      store_piece(piece, map, out, column, section, sections, rows.first + c * kChunkRows, here);
      if (thread == 0) commit_stores();
    }
  }

  // --- gradients through an activation ---

  ISOFLOP_DEVICE int num_halves(int strip) const {
    const int left = a.width - first_column(strip);
    return left <= 0 ? 0 : left <= 64 ? 1 : 2;
  }
  /// Pieces of 16 rows and 64 columns, the halves of the columns side by side.
  ISOFLOP_DEVICE int num_units(const Rows& rows, int strip) const {
    return ceil_div(rows.count, kChunkRows) * num_halves(strip);
  }
  /// By the group's first thread: what H holds there, to the slot of unit `index` of the tile.
  ISOFLOP_DEVICE void load_h(const Rows& rows, int strip, int index) {
    if (thread != 0) return;
    const int halves = num_halves(strip);
    const int column = first_column(strip) + 64 * (index % halves);
    const int row = rows.first + index / halves * kChunkRows;
    const std::uint32_t to = slot_at(begin + index);
    const std::uint32_t barrier =
        loaded + 8 * static_cast<std::uint32_t>((begin + index) % Layout::kSlots);
    constexpr int kSections = kDerivesGate ? 2 : 1;
    // All stores but the last have read their slots, of which this is one.
    wait_until_stores_have_read<1>();
    arrive_expecting(barrier, kSections * Layout::kPieceBytes);
#pragma unroll
    for (int s = 0; s < kSections; ++s) {
      load_box(&maps.h, to + s * Layout::kPieceBytes, barrier, Place<3>{{column, s, row}});
    }
  }

  /// In place of what H held there: dH, and the weighted A behind it. products: of the rows of two
  /// eighths, gradient times activation, added up over this thread's columns.
  ISOFLOP_DEVICE void derive(const float* sums, std::uint32_t piece, int eighth,
                             float (&products)[4]) {
    const std::uint32_t at = piece + fragment_at();
    const Fragments gates = load_transposed(at);
    Fragments ups = gates, d_gates, d_ups, scaled;
    if constexpr (kDerivesGate) ups = load_transposed(at + Layout::kPieceBytes);
    float weight[2][2];
    weights_of(eighth, weight[0]);
    weights_of(eighth + 1, weight[1]);
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      float d_gate[2], d_up[2], value[2];
#pragma unroll
      for (int q = 0; q < 2; ++q) {
        const float gate = q == 0 ? low_of(gates.of[i]) : high_of(gates.of[i]);
        const float up = q == 0 ? low_of(ups.of[i]) : high_of(ups.of[i]);
        const float g = sums[4 * (i / 2) + 2 * (i & 1) + q];
        const float s = weight[i / 2][q], da = s * g;
        const Activation activation = kDerivesGate ? Activation::kSwiGlu : a.activation;
        const float f = activation_value(activation, gate);
        const float slope = da * activation_derivative(activation, gate);
        const float act = kDerivesGate ? f * up : f;
        d_gate[q] = kDerivesGate ? slope * up : slope;
        d_up[q] = da * f;
        value[q] = s * act;
        products[2 * (i / 2) + q] += g * act;
      }
      d_gates.of[i] = pack(d_gate[0], d_gate[1]);
      d_ups.of[i] = pack(d_up[0], d_up[1]);
      scaled.of[i] = pack(value[0], value[1]);
    }
    store_transposed(at, d_gates);
    if constexpr (kDerivesGate) store_transposed(at + Layout::kPieceBytes, d_ups);
    if (a.second != nullptr) {
      store_transposed(at + (Layout::kPieces - 1) * Layout::kPieceBytes, scaled);
    }
  }

  /// Sums over this warp's 16 or 32 columns; the four lanes that hold a row's columns' ends write
  /// them.
  ISOFLOP_DEVICE void keep_products(const float (&products)[4], int eighth) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      float sum = products[i];
#pragma unroll
      for (int step = 4; step < 32; step *= 2) sum += __shfl_xor_sync(0xffffffffu, sum, step);
      if (lane() < 4) {
        const int row = 8 * (eighth + i / 2) + 2 * lane() + i % 2;
        store_shared_float(partial_sums + 4 * (warp() * kTileRowsMost + row), sum);
      }
    }
  }

  ISOFLOP_DEVICE void store_derivatives(const RowSums& sums, const Rows& rows, int strip) {
    const int halves = num_halves(strip), units = num_units(rows, strip);
    if (units == 0) return;
    meet_threads<kGroupThreads>(kGroupBarrier + group);  // the weights of all rows have come
    constexpr int kSections = kDerivesGate ? 2 : 1;
#pragma unroll
    for (int c = 0; c < kChunks; ++c) {
      if (c * kChunkRows >= rows.count) continue;  // the same for all threads
      float products[4] = {0.0f, 0.0f, 0.0f, 0.0f};
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        if (half >= halves) continue;
        const std::uint32_t piece = slot_at(unit);
        wait_for(loaded + 8 * static_cast<std::uint32_t>(unit % Layout::kSlots),
                 static_cast<std::uint32_t>(unit / Layout::kSlots) & 1u, kWaitH);
        derive(&sums[half][8 * c], piece, 2 * c, products);
        publish_to_async_units();
        meet_threads<kGroupThreads>(kGroupBarrier + group);
        const int column = first_column(strip) + 64 * half, first = rows.first + c * kChunkRows;
        const int left = rows.count - c * kChunkRows;
        const int here = left > kChunkRows ? kChunkRows : left;
#pragma unroll
        for (int s = 0; s < kSections; ++s) {
          store_piece(piece + s * Layout::kPieceBytes, maps.out, a.out, column, s, kSections, first,
                      here);
        }
        if (a.second != nullptr) {
          store_piece(piece + (Layout::kPieces - 1) * Layout::kPieceBytes, maps.second, a.second,
                      column, 0, 1, first, here);
        }
        if (thread == 0) commit_stores();
        // The slot of the unit before this one, which every thread has left.
        const int ahead = unit - begin + Layout::kSlots - 1;
        if (ahead < units) load_h(rows, strip, ahead);
        ++unit;
      }
      if (a.partial != nullptr) keep_products(products, 2 * c);
    }
    if (a.partial == nullptr) return;
    meet_threads<kGroupThreads>(kGroupBarrier + group);
    const int across = ceil_div(a.width, kGroupColumns);
    for (int r = thread; r < rows.count; r += kGroupThreads) {
      float sum = 0.0f;
#pragma unroll
      for (int w = 0; w < 4; ++w) {
        sum += load_shared_float(partial_sums + 4 * (w * kTileRowsMost + r));
      }
      a.partial[static_cast<std::size_t>(rows.first + r) * across + 2 * strip + group] = sum;
    }
  }
  ISOFLOP_DEVICE void run(const RowSums& sums, const Rows& rows, int strip) {
    const int column = first_column(strip);
    if constexpr (Layout::kDerives) {
      store_derivatives(sums, rows, strip);
    } else if constexpr (kGated) {
      store_sums<0>(sums, rows, column, maps.out, a.out, 0, 2);
      store_sums<1>(sums, rows, column, maps.out, a.out, 1, 2);
      store_sums<2>(sums, rows, column, maps.second, a.second, 0, 1);
    } else {
      store_sums<0>(sums, rows, column, maps.out, a.out, 0, 1);
      store_sums<1>(sums, rows, column + 64, maps.out, a.out, 0, 1);
      if constexpr (kEpilogue == Epilogue::kPointwise) {
        store_sums<2>(sums, rows, column, maps.second, a.second, 0, 1);
        store_sums<3>(sums, rows, column + 64, maps.second, a.second, 0, 1);
      }
    }
  }
};

}  // namespace isoflop::bench::hopper
