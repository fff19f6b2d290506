/// Which row of the permuted activations every slot gets, and back: what the kernels' positions are
/// compared with. Stable: the slots of an expert keep their order.
#pragma once

#include <cstdint>
#include <vector>

#include "cuda/kernels/index_math.hpp"

namespace isoflop::bench {

struct Positions {
  std::vector<std::int32_t> counts;   ///< [E'] slots of each expert, dropped ones included
  std::vector<std::int32_t> offsets;  ///< [E' + 1] first row of each expert, last: number of rows
  std::vector<std::int32_t> row_of;   ///< [T K] kDropped where there is none
  std::vector<std::int32_t> slot_of;  ///< [rows] kPadding where there is none
};

/// ids [T K]. capacity: rows of every expert; 0: as many as were routed. Throws InvalidArgument for
/// an expert that does not exist and for more rows than 32 bits count.
Positions find_positions(const std::vector<std::int32_t>& ids, std::uint64_t num_experts,
                         std::uint64_t capacity = 0);

}  // namespace isoflop::bench
