/// How far a result in bf16 may be from the float64 reference, and the comparisons of a check.
///   error = |actual - expected| / |expected|                 Frobenius norms of whole tensors
///   tolerance = 1.5 x 1.66e-3 sqrt(s)
/// 1.66e-3 is the relative error of one rounding to bf16 (8 bits of precision), as root mean square
/// over numbers whose logarithm is uniform. s counts the roundings between the inputs and the
/// tensor: independent errors add in quadrature, and a product with an independent matrix keeps a
/// relative error as it is. Accumulation in fp32 is far below. The 1.5 covers what counting leaves
/// out; rounding every one of these tensors on the CPU gives 0.8 to 1.1 times 1.66e-3 sqrt(s).
///
/// Stores of the unfused pipeline; h: how many of H reach what comes after it:
///   A:    h + A              h = 2 for SwiGLU (gate and up), else 1
///   out:  A's, Y, out
///   dH:   dY, dA, H's, dH    H's = h; 0 for ReLU, whose derivative is a step
///   dW1:  dH's, dW1
///   dW2:  dY, A's, dW2
///   dX:   dH's, rows of dX, their sum, the sum with the router's part
///   dlogits:    A's, Y, dlogits
///   dW_router:  dlogits', dW_router
/// A fused pipeline, or one that keeps dW in fp32, stores less and stays below the same bounds.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cuda/device/moe_bench.hpp"
#include "cuda/reference/reference.hpp"
#include "cuda/reference/spot_reference.hpp"

namespace isoflop::bench {

inline constexpr double kErrorPerStore = 1.66e-3;
inline constexpr double kToleranceMargin = 1.5;

/// Frobenius. 0 where both are zero; infinite where only `expected` is, or where anything is not
/// finite. Throws InvalidArgument for different sizes.
double relative_error(RealSpan expected, RealSpan actual);

struct StoreCounts {
  int out, d_x, d_w1, d_w2, d_logits, d_w_router;
};
StoreCounts count_stores(const MoeLayer& layer);
/// Largest relative error after so many roundings to bf16.
double tolerance_after(int stores);

/// "out", "dX", "dW1", "dW2" and "dW_router". Of large layers both hold the rows and columns that
/// were looked at, in the same order. With K = 1 and renormalised weights dW_router is exactly
/// zero, here and wherever p / p = 1.
std::vector<CheckItem> compare_results(const MoeLayer& layer, const LayerResult& expected,
                                       const LayerResult& actual);

/// "expert ids" of some tokens, ids [tokens, K]. Every chosen logit has to be at least the k-th
/// largest reference logit up to rounding: the error is the largest shortfall over |x| max_e |w_e|,
/// infinite for an id that does not exist or that a token has twice. Tolerance: two logits, each
/// a sum of d products in fp32 that is truncated after every addition; partial sums are of size
/// |x| |w| / sqrt(d), so d truncations of 2^-23 each make at most sqrt(d) 2^-23 |x| |w|.
CheckItem compare_ids(const SpotReference& reference, std::span<const std::uint64_t> tokens,
                      std::span<const std::int32_t> ids);

}  // namespace isoflop::bench
