/// How a grouped product is cut and laid out: which rows and columns a block computes, in what
/// order, where numbers lie in shared memory, and which kernel is launched. Plain arithmetic for
/// host and device, so that tests reach all of it without a GPU.
///
/// A block computes the transposed product: 256 columns of the output are the M of wgmma, in two
/// warpgroups of two times 64, and up to 160 rows of one expert its N. Rows so come in steps of 8:
/// an expert with 137 rows costs 144, where rows as M would cost 192 or 256. 256 x 160, because the
/// sums of a thread are then 160 registers and the rest of its work fits in the 224 to 232 that it
/// can have.
#pragma once

#include <cstdint>

#include "cuda/kernels/index_math.hpp"

namespace isoflop::bench {

/// Columns of the output of one block, and the most rows.
inline constexpr int kTileColumns = 256, kTileRowsMost = 160;
/// Of a warpgroup, of which two multiply.
inline constexpr int kGroupColumns = kTileColumns / 2;
/// Of the depth, in one stage of the pipeline: 128 bytes, what a swizzled row holds.
inline constexpr int kDepthStep = 64;
inline constexpr int kRowBytes = 2 * kDepthStep;
/// Rows of a gradient of weights in one block, and its columns.
inline constexpr int kWgradRows = 128, kWgradColumns = 256;

ISOFLOP_HD constexpr int ceil_div(int x, int by) { return (x + by - 1) / by; }
ISOFLOP_HD constexpr int round_up_to(int x, int step) { return ceil_div(x, step) * step; }

// --- rows --------------------------------------------------------------------------------------

/// The rows of an expert in as few parts as fit, as even as steps of 8 rows per block allow: 330
/// rows for blocks of 160 are parts of 176 and 154, not 320 and 10.
struct RowParts {
  int count, rows_each;  ///< the last part may have fewer rows
};
ISOFLOP_HD constexpr RowParts parts_of(int rows, int blocks) {
  const int count = ceil_div(rows, kTileRowsMost * blocks);
  if (count == 0) return {0, 0};
  return {count, round_up_to(ceil_div(rows, count), 8 * blocks)};
}

/// Rows of one block of those that its cluster computes.
struct RowRange {
  int begin, rows;  ///< begin: within the part
  int eighths;      ///< what is multiplied, in steps of 8 rows; 1 where there are none
};
ISOFLOP_HD constexpr RowRange rows_of_block(int part_rows, int blocks, int rank) {
  const int each = round_up_to(ceil_div(part_rows, blocks), 8);
  const int begin = rank * each;
  int rows = part_rows - begin;
  if (rows > each) rows = each;
  if (rows < 0) rows = 0;
  return {begin, rows, rows == 0 ? 1 : ceil_div(rows, 8)};
}

/// One part: what a cluster computes of the rows, whatever the columns.
struct RowPart {
  std::int32_t expert, row, rows;
};
/// The most parts that `rows` rows of `experts` experts have: each expert may end with an unfilled
/// one.
ISOFLOP_HD constexpr std::int64_t most_parts(std::int64_t rows, std::int64_t experts, int blocks) {
  return rows / (kTileRowsMost * blocks) + (experts < rows ? experts : rows);
}

// --- order -------------------------------------------------------------------------------------

/// Tile `index` of `parts` parts over `across` strips of columns. Neighbours have the same rows,
/// which so are in L2 when the second strip reads them; the strips of the next part of the expert
/// follow at once and find its weights there. Static: clusters take every so-manieth tile.
struct Tile {
  int part, strip;
};
ISOFLOP_HD constexpr Tile tile_at(int index, int across) {
  return {index / across, index % across};
}

// --- gradients of weights ----------------------------------------------------------------------

/// Tiles of one expert's gradient [rows, columns]: a cluster's blocks lie above each other and
/// share the right operand, or side by side and share the left one.
struct WeightGrid {
  int down, across;  ///< of clusters
};
ISOFLOP_HD constexpr WeightGrid weight_grid(int rows, int columns, int blocks, bool shares_left) {
  return {ceil_div(rows, kWgradRows * (shares_left ? 1 : blocks)),
          ceil_div(columns, kWgradColumns * (shares_left ? blocks : 1))};
}
struct WeightPlace {
  int expert, row,
      column;  ///< row and column may lie beyond the output: that block only works along
};
/// Neighbours have the same columns: those of the right operand are the wider fetch.
ISOFLOP_HD constexpr WeightPlace weight_place_at(const WeightGrid& grid, int index, int rank,
                                                 int blocks, bool shares_left) {
  const int each = grid.down * grid.across, inside = index % each;
  const int down = inside % grid.down, across = inside / grid.down;
  return {index / each, (shares_left ? down : down * blocks + rank) * kWgradRows,
          (shares_left ? across * blocks + rank : across) * kWgradColumns};
}

// --- shared memory -----------------------------------------------------------------------------

/// Where 16 bytes are in a swizzled box: `chunk` of eight in `row`, from the beginning of the box.
ISOFLOP_HD constexpr std::uint32_t swizzled(int row, int chunk) {
  return static_cast<std::uint32_t>(row * kRowBytes + ((chunk ^ (row & 7)) << 4));
}

/// What wgmma is told of an operand in shared memory: rows of 128 bytes, swizzled, eight of them
/// 1024 bytes. Rows are of the operand's M or N with 64 of the depth in them; or, transposed, of
/// the depth with 64 of M or N in them, and then the next 64 of M or N are `step` bytes further.
/// NVIDIA, "PTX ISA" 9.0, "Matrix descriptor".
ISOFLOP_HD constexpr std::uint64_t descriptor(std::uint32_t address, std::uint32_t step = 16) {
  return (std::uint64_t{1} << 62) | (std::uint64_t{1024 >> 4} << 32) |
         (static_cast<std::uint64_t>(step >> 4) << 16) | ((address & 0x3ffffu) >> 4);
}
/// What 16 of the depth further add to a descriptor.
inline constexpr std::uint64_t kNextDepth = 32 >> 4, kNextDepthTransposed = 2048 >> 4;

// --- which kernel ------------------------------------------------------------------------------

/// What a launch of a grouped product is made with.
struct Launch {
  int blocks;    ///< of a cluster
  int clusters;  ///< as many as stay on the device until all tiles are done
  bool operator==(const Launch&) const = default;
};

/// Shared memory that a block of compute capability 9.0 grants.
inline constexpr std::uint32_t kSharedBytesMost = 232448;

/// Two blocks of a cluster share the columns and so each fetch of weights, with half of the rows
/// each, where an expert has enough rows on average for both; with fewer the halves would be thin
/// (wgmma reads the weights from shared memory once per product: below some 64 rows that is what
/// takes the time) and each block works alone.
ISOFLOP_HD constexpr Launch choose_launch(std::int64_t rows, std::int64_t experts,
                                          int multiprocessors) {
  const int blocks = rows > experts * kTileRowsMost && multiprocessors >= 2 ? 2 : 1;
  return {blocks, multiprocessors / blocks};
}
/// Of a gradient of weights [rows, columns]: two blocks where neither would be idle.
ISOFLOP_HD constexpr Launch choose_weight_launch(int rows, int columns, bool shares_left,
                                                 int multiprocessors) {
  const int tiles = shares_left ? ceil_div(columns, kWgradColumns) : ceil_div(rows, kWgradRows);
  const int blocks = tiles % 2 == 0 && multiprocessors >= 2 ? 2 : 1;
  return {blocks, multiprocessors / blocks};
}

}  // namespace isoflop::bench
