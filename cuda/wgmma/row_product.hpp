/// Launches of the grouped products of cuda/wgmma whose output has a row per routed row.
#pragma once

#include <cuda.h>

#include <cstdint>

#include "cuda/kernels/launch.hpp"
#include "cuda/wgmma/tile_plan.hpp"

namespace isoflop::bench::hopper {

/// What becomes of the sums.
enum class Epilogue {
  kPlain,           ///< rounded, after the router's weight where there is one
  kGate,            ///< SwiGLU: gates and ups to H, the activation to A
  kPointwise,       ///< GELU, ReLU: the same from H with one section
  kDeriveGate,      ///< gradients of A become those of H (SwiGLU)
  kDerivePointwise  ///< (GELU, ReLU)
};
constexpr bool is_derivative(Epilogue e) {
  return e == Epilogue::kDeriveGate || e == Epilogue::kDerivePointwise;
}
/// Columns of one section of the output that a block computes.
constexpr int tile_width(Epilogue e) {
  return e == Epilogue::kGate ? kTileColumns / 2 : kTileColumns;
}
/// Rows of the pieces in which an output leaves: smaller where what H holds has to come in, too.
constexpr int chunk_rows(Epilogue e) { return is_derivative(e) ? 16 : 32; }

struct RowProductMaps {
  CUtensorMap weights;
  CUtensorMap rows[kTileRowsMost / 8];  ///< boxes of 8, 16, ... rows; not where rows are gathered
  CUtensorMap out[4], second[4];        ///< boxes of 8, 16, ... rows and 64 columns
  CUtensorMap h;
};

struct RowProductArguments {
  const RowPart* parts;
  const std::int32_t* num_parts;
  const Bf16* x;                ///< gathered: [T, depth]
  const std::int32_t* slot_of;  ///< where rows are gathered or weighted
  const float* weights;         ///< [T, K] or null
  Bf16* out;                    ///< [R, sections, width]
  Bf16* second;                 ///< [R, width] or null
  float* partial;               ///< [R, ceil(width / 128)] or null: parts of the weights' gradients
  std::int32_t top_k, depth;
  std::int32_t width;   ///< columns of one section of the output
  std::int32_t across;  ///< tiles side by side
  std::int32_t blocks;  ///< of a cluster
  Activation activation;
};

}  // namespace isoflop::bench::hopper
