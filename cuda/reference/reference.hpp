/// The layer in float64 on the CPU, forward and backward: what a GPU's result is compared with.
///   l = X W_router^T; p = softmax(l); w: weights of the chosen (reference_router.hpp)
///   out_t = sum over kept choices k of w_tk y_tk (reference_expert.hpp)
///   dW2_e = sum of dy a^T, dW1_e = sum of dh x^T over the rows of expert e
///   dX_t = sum over k of dx_tk + dl_t W_router;  dW_router = dl^T X,  dw_tk = d_out_t . y_tk
/// The loss is sum(out * d_out) with the experts held fixed; a dropped choice gives nothing.
/// Krajewski, Ludziejewski et al. 2024, arXiv 2402.07871, Section 3. For small layers: about
/// 18 T K d n float64 operations and all matrices as doubles. spot_reference.hpp is for large ones.
#pragma once

#include <cstdint>
#include <vector>

#include "cuda/layer/inputs.hpp"
#include "cuda/reference/reference_expert.hpp"

namespace isoflop::bench {

/// What a layer is given, as real numbers; shapes as in Tensor.
struct RealTensors {
  Reals x, w_router, w1, w2, d_out;
};
RealTensors to_real(const LayerTensors& tensors);

/// What a layer gives back.
struct LayerResult {
  Reals out;         ///< [T, d]
  Reals d_x;         ///< [T, d]
  Reals d_w1;        ///< [E', u n, d]
  Reals d_w2;        ///< [E', d, n]
  Reals d_w_router;  ///< [E', d]
  // On the way there; a check of the five alone may leave them empty.
  Reals weights;   ///< [T, K]
  Reals d_logits;  ///< [T, E']
};

/// [T, E'].
Reals reference_logits(const MoeLayer& layer, const RealTensors& tensors);
/// Expert ids [T, K] that the router chooses, best first.
std::vector<std::int32_t> reference_topk(const MoeLayer& layer, const RealTensors& tensors);

/// ids [T, K], those of a token distinct. row_of [T, K] is kDropped where an expert was full (see
/// Positions) and else of no meaning here; empty: nothing was dropped. Throws InvalidArgument where
/// sizes do not fit the layer or an expert does not exist.
LayerResult reference_layer(const MoeLayer& layer, const RealTensors& tensors,
                            const std::vector<std::int32_t>& ids,
                            const std::vector<std::int32_t>& row_of = {},
                            Stores stores = Stores::kExact);

}  // namespace isoflop::bench
