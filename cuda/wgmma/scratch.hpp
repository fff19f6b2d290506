/// What the backend "wgmma" keeps on the device for a layer, in numbers of things.
#pragma once

#include <cstddef>
#include <cstdint>

#include "cuda/wgmma/tile_plan.hpp"
#include "isoflop/cost/moe_layer.hpp"

namespace isoflop::bench {

/// Parts of rows, whichever launch is chosen.
inline std::size_t most_parts_of(const MoeLayer& layer) {
  return static_cast<std::size_t>(most_parts(static_cast<std::int64_t>(layer.num_rows()),
                                             static_cast<std::int64_t>(layer.experts.num_experts),
                                             1));
}

/// Parts of the gradients of the router's weights: of every row one per kGroupColumns columns of A.
inline std::size_t weight_parts_of(const MoeLayer& layer) {
  const std::uint64_t per_row = (layer.experts.expert_width + kGroupColumns - 1) / kGroupColumns;
  return layer.num_rows() * per_row;
}

}  // namespace isoflop::bench
