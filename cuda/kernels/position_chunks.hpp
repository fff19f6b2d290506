/// How positions are found in parallel: the slots are cut into chunks, a block counts its chunk per
/// expert, the counts are summed over the chunks before it, and the block then gives out ranks in
/// the order of its slots. No order depends on which block or warp comes first.
///   rank(slot) = slots of its expert in earlier chunks        (scanned counts of chunks)
///              + slots of its expert in earlier warps' turns  (running count of the block)
///              + slots of its expert in earlier lanes         (rank_among_peers)
#pragma once

#include <cstdint>

#include "cuda/kernels/index_math.hpp"
#include "cuda/layer/inputs.hpp"

namespace isoflop::bench {

/// Slots of a block's turn: one per thread.
inline constexpr std::int64_t kSlotsPerTurn = 256;

/// Slots of a chunk, a whole number of turns. Counts of chunks take no more room than the slots do,
/// and there are blocks enough to fill a GPU.
ISOFLOP_HD constexpr std::int64_t slots_per_chunk(std::int64_t num_experts) {
  constexpr std::int64_t kLeast = 2048;
  return num_experts > kLeast ? round_up(num_experts, kSlotsPerTurn) : kLeast;
}
ISOFLOP_HD constexpr std::int64_t num_chunks(std::int64_t num_slots, std::int64_t num_experts) {
  const std::int64_t chunk = slots_per_chunk(num_experts);
  return (num_slots + chunk - 1) / chunk;
}

/// peers: a bit for every lane of the warp whose slot chose the same expert, this one included.
ISOFLOP_HD inline std::int32_t rank_among_peers(std::uint32_t peers, std::uint32_t lane) {
  return count_bits(static_cast<std::uint64_t>(peers & ((1u << lane) - 1u)));
}

}  // namespace isoflop::bench
