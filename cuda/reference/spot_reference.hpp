/// Single tokens, hidden units and rows of a layer in float64, for layers whose tensors and
/// reference are too large for the host: rows are fetched as they are needed. The formulas are
/// those of reference.hpp.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "cuda/layer/inputs.hpp"
#include "cuda/reference/reference_expert.hpp"

namespace isoflop::bench {

/// bf16 bits of rows first, first + 1, ... of a tensor, its rows counted as in shape_of.
using RowFetcher = std::function<std::vector<std::uint16_t>(Tensor tensor, std::uint64_t first_row,
                                                            std::uint64_t num_rows)>;
/// From tensors on the host, which must outlive it.
RowFetcher fetch_from(const MoeLayer& layer, const LayerTensors& tensors);

/// A token of one expert's rows and the weight that the expert has for it.
struct RoutedToken {
  std::uint64_t token;
  double weight;
};
struct RouterLogits {
  Reals values;        ///< [E']
  double scale = 0.0;  ///< |x| max_e |w_e|: no logit is larger, and its rounding goes with it
};
struct TokenResult {
  Reals weights;   ///< [K]
  Reals out;       ///< [d]
  Reals d_x;       ///< [d]
  Reals d_logits;  ///< [E']
};
struct UnitResult {
  Reals d_w1;  ///< [u, d] rows of the unit in dW1 of its expert: gate and up for SwiGLU
  Reals d_w2;  ///< [d] column of the unit in dW2 of its expert
};

class SpotReference {
 public:
  /// Fetches W_router, the one tensor that every token needs whole.
  SpotReference(const MoeLayer& layer, RowFetcher fetch);

  const MoeLayer& layer() const { return layer_; }
  RouterLogits logits(std::uint64_t token) const;
  /// ids [K], row_of [K] as in reference_layer, of this token alone. Fetches its K experts.
  TokenResult token(std::uint64_t token, std::span<const std::int32_t> ids,
                    std::span<const std::int32_t> row_of = {}) const;
  /// Gradients of hidden unit `unit` in [0, n) of an expert. routed: all its kept rows. Weights can
  /// come from the device: token() says whether those are right. Fetches W2 of the expert.
  UnitResult unit(std::uint64_t expert, std::uint64_t unit,
                  std::span<const RoutedToken> routed) const;
  /// Row [d] of dW_router of an expert, from the gradients of its logit for all tokens [T].
  Reals router_row(RealSpan d_logits) const;

 private:
  Reals rows(Tensor tensor, std::uint64_t first, std::uint64_t count) const;

  MoeLayer layer_;
  RowFetcher fetch_;
  Reals w_router_;
  double largest_w_ = 0.0;  // max_e |w_e|
};

}  // namespace isoflop::bench
