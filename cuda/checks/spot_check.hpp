/// A check of a layer too large for the whole reference: random tokens and hidden units of a
/// device's result, fetched row by row, against single rows in float64.
///   random tokens: weights, out, dlogits, dX
///   random units of experts with rows, and one of an expert without: rows of dW1, columns of dW2
///   random experts: rows of dW_router from the device's own dlogits, which the tokens vouch for
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "cuda/device/moe_bench.hpp"
#include "cuda/reference/spot_reference.hpp"

namespace isoflop::bench {

/// What a layer gives back and what a check needs besides. Row-major; a row is the last index.
enum class Output {
  kOut,       ///< [T, d]
  kDX,        ///< [T, d]
  kDW1,       ///< [E', u n, d]
  kDW2,       ///< [E', d, n]
  kDWRouter,  ///< [E', d]
  kWeights,   ///< [T, K]
  kDLogits    ///< [T, E']
};
/// Rows first, first + 1, ... of an output, with every index but the last counted through.
using OutputFetcher =
    std::function<Reals(Output output, std::uint64_t first_row, std::uint64_t num_rows)>;

struct SpotCounts {
  std::uint64_t tokens = 16, units = 8, experts = 4;
};

/// Items "weights", "out", "dlogits", "dX", "dW1", "dW2" and "dW_router", each over all its spots
/// at once; tolerances as in comparison.hpp. ids and row_of as in reference_layer; the seed
/// chooses.
std::vector<CheckItem> check_spots(const SpotReference& reference, const OutputFetcher& fetch,
                                   const std::vector<std::int32_t>& ids,
                                   const std::vector<std::int32_t>& row_of, std::uint64_t seed,
                                   const SpotCounts& counts = {});

}  // namespace isoflop::bench
