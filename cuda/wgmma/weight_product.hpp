/// Launches of the grouped products of cuda/wgmma that sum over the rows of every expert: gradients
/// of weights.
#pragma once

#include <cuda.h>

#include <cstdint>

#include "cuda/kernels/launch.hpp"
#include "cuda/wgmma/tile_plan.hpp"

namespace isoflop::bench::hopper {

/// Which operand is read where its rows' tokens lie.
enum class Gathered { kNone, kLeft, kRight };

struct WeightProductMaps {
  CUtensorMap left, right;  ///< boxes of 64 rows and 64 columns; not of what is gathered
  CUtensorMap out;          ///< the same, of [E', rows, columns]
};

struct WeightProductArguments {
  const std::int32_t* offsets;  ///< [E' + 1]
  const Bf16* gathered;         ///< [T, its width]
  const std::int32_t* slot_of;
  std::int32_t top_k, experts;
  std::int32_t rows, columns;  ///< of the output
  std::int32_t blocks;         ///< of a cluster
};

}  // namespace isoflop::bench::hopper
