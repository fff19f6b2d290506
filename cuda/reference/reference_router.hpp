/// The router of one token in float64: probabilities, the K best, their weights, and the way back.
///   p = softmax(l) over all experts;  w_k = p_k, or p_k / sum of the chosen p where renormalised
///   dl_e = p_e (dw_e - sum_k p_k dw_k), dw = 0 for who was not chosen
///   renormalised: dl_k = w_k (dw_k - sum_j w_j dw_j) for the chosen, 0 for the others
/// The choice itself has no gradient.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cuda/reference/reference_expert.hpp"

namespace isoflop::bench {

/// logits [E'] -> probabilities [E'].
Reals softmax(RealSpan logits);
/// Weights [K] of the experts `ids` [K].
Reals weights_of(RealSpan probabilities, std::span<const std::int32_t> ids, bool renormalize);
/// d_weights [K] -> gradients of the logits [E'].
Reals logit_gradients(RealSpan probabilities, std::span<const std::int32_t> ids, RealSpan d_weights,
                      bool renormalize);
/// The top_k best of logits [E'], best first, of equal ones the smaller index.
std::vector<std::int32_t> top_experts(RealSpan logits, std::uint64_t top_k);

}  // namespace isoflop::bench
