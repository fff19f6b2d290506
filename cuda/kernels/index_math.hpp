/// Index arithmetic that kernels and the tests on the CPU share: the order of experts in a top-k,
/// positions of rows, buckets and capacities. No containers and no CUDA types; nvcc compiles every
/// function for both sides.
///   slot = token K + k        one choice of one token
///   row = offset[expert] + rank    or, with C rows for every expert, row = expert C + rank
///   rank = earlier slots that chose the same expert
#pragma once

#include <cstdint>

#ifdef __CUDACC__
#define ISOFLOP_HD __host__ __device__
#else
#define ISOFLOP_HD
#endif

namespace isoflop::bench {

inline constexpr std::int32_t kDropped = -1;  ///< in place of a row: the expert was full
inline constexpr std::int32_t kPadding = -1;  ///< in place of a slot: nobody chose this row
/// Rows of one tile, to which padded FLOPs are rounded up.
inline constexpr std::int64_t kTileRows = 128;
inline constexpr std::int64_t kSmallestBucket = 16;

ISOFLOP_HD constexpr std::uint32_t bits_of(float x) { return __builtin_bit_cast(std::uint32_t, x); }
ISOFLOP_HD constexpr float float_of(std::uint32_t bits) { return __builtin_bit_cast(float, bits); }

/// The logit's half of rank_key: larger for larger logits, 0 for NaN only, never above
/// 0xff800000, the one of infinity.
ISOFLOP_HD constexpr std::uint32_t logit_key(float logit) {
  if (logit != logit) return 0;
  const std::uint32_t bits = logit == 0.0f ? 0u : bits_of(logit);  // -0 ties with 0
  return (bits & 0x80000000u) != 0u ? ~bits : bits | 0x80000000u;
}

/// Larger for the expert that stands before in a token's ranking: the one with the larger logit, of
/// equal ones (-0 and 0 are equal) that with the smaller index, NaN after everything else. No key
/// is 0, which can so stand for "none". Precondition: expert >= 0.
ISOFLOP_HD constexpr std::uint64_t rank_key(float logit, std::int32_t expert) {
  const std::uint32_t reversed = ~static_cast<std::uint32_t>(expert);
  return (static_cast<std::uint64_t>(logit_key(logit)) << 32) | reversed;
}
ISOFLOP_HD constexpr std::int32_t expert_of_key(std::uint64_t key) {
  return static_cast<std::int32_t>(~static_cast<std::uint32_t>(key));
}

/// offset: rows of all experts before this one. capacity: rows of every expert, those from there on
/// are dropped; 0: as many as were routed.
ISOFLOP_HD constexpr std::int32_t row_of_rank(std::int32_t offset, std::int32_t rank,
                                              std::int32_t expert, std::int32_t capacity) {
  if (capacity == 0) return offset + rank;
  return rank < capacity ? expert * capacity + rank : kDropped;
}

/// Precondition: count >= 0, multiple > 0.
ISOFLOP_HD constexpr std::int64_t round_up(std::int64_t count, std::int64_t multiple) {
  return (count + multiple - 1) / multiple * multiple;
}

/// The number of rows for which a GEMM is tuned on behalf of `rows`: the next power of two, at
/// least kSmallestBucket; 0 for none.
ISOFLOP_HD constexpr std::int64_t bucket_of(std::int64_t rows) {
  if (rows == 0) return 0;
  std::int64_t bucket = kSmallestBucket;
  while (bucket < rows) bucket *= 2;
  return bucket;
}

/// Rows per expert of a backend that pads and drops. Factor 0 is for balanced routing: the
/// ceiling of T K / E', which drops nothing. Else the ceiling of factor T K / E', rounded up to
/// 8. Never above T, for an expert gets a token once. Precondition: capacity_factor >= 0.
ISOFLOP_HD constexpr std::int64_t capacity_of(std::int64_t tokens, std::int64_t top_k,
                                              std::int64_t num_experts, double capacity_factor) {
  const std::int64_t rows = tokens * top_k;
  if (capacity_factor == 0.0) return (rows + num_experts - 1) / num_experts;
  // The relative 1e-12 keeps 1.1 x 1000 from becoming 1101.
  const double wanted = capacity_factor * (1.0 - 1e-12) * static_cast<double>(rows) /
                        static_cast<double>(num_experts);
  if (wanted >= static_cast<double>(tokens)) return tokens;
  const auto floor = static_cast<std::int64_t>(wanted);
  const std::int64_t ceiling = static_cast<double>(floor) < wanted ? floor + 1 : floor;
  const std::int64_t capacity = round_up(ceiling, 8);
  return capacity < tokens ? capacity : tokens;
}

}  // namespace isoflop::bench
