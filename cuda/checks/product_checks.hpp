/// The products of a backend one by one, and what it does within them, against sums in float64: on
/// a device and in the emulation.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cuda/checks/comparison.hpp"
#include "cuda/layer/gemm_backend.hpp"

namespace isoflop::bench {

/// A layer that check_products can take, with the widths and the activation of this one.
struct ProductCase {
  MoeLayer layer;
  std::vector<std::int32_t> counts;
};
ProductCase product_case_of(const MoeLayer& layer);

/// All six products of `layer` with so many rows per expert, plain and in every form of what the
/// backend can fuse, on seeded operands; outputs are followed by memory that nobody may write, and
/// `repeats` more runs have to leave the same bits. counts [E'], their sum T K; a token may have
/// several rows of one expert, which is nothing to a product. Precondition: small, for every number
/// is computed on one core as well.
std::vector<CheckItem> check_products(GemmBackend& backend, const MoeLayer& layer,
                                      std::span<const std::int32_t> counts, std::uint64_t seed,
                                      int repeats = 1);

}  // namespace isoflop::bench
