#include "cuda/reference/reference.hpp"

#include <algorithm>
#include <span>
#include <string>

#include "cuda/reference/positions.hpp"
#include "cuda/reference/reference_router.hpp"
#include "isoflop/error.hpp"

namespace isoflop::bench {
namespace {

void require_size(std::size_t actual, std::size_t wanted, const char* what) {
  if (actual == wanted) return;
  throw InvalidArgument(std::string(what) + " has " + std::to_string(actual) +
                        " elements where the layer has " + std::to_string(wanted));
}

void require_sizes(const MoeLayer& layer, const RealTensors& tensors,
                   const std::vector<std::int32_t>& ids, const std::vector<std::int32_t>& row_of) {
  require_size(tensors.x.size(), shape_of(layer, Tensor::kX).size(), "X");
  require_size(tensors.w_router.size(), shape_of(layer, Tensor::kWRouter).size(), "W_router");
  require_size(tensors.w1.size(), shape_of(layer, Tensor::kW1).size(), "W1");
  require_size(tensors.w2.size(), shape_of(layer, Tensor::kW2).size(), "W2");
  require_size(tensors.d_out.size(), shape_of(layer, Tensor::kDOut).size(), "dOut");
  require_size(ids.size(), layer.num_rows(), "the list of expert ids");
  if (!row_of.empty()) require_size(row_of.size(), layer.num_rows(), "the list of rows");
}

RealSpan row(const Reals& matrix, std::size_t index, std::size_t width) {
  return RealSpan(matrix).subspan(index * width, width);
}
std::span<double> row(Reals& matrix, std::size_t index, std::size_t width) {
  return std::span(matrix).subspan(index * width, width);
}

}  // namespace

RealTensors to_real(const LayerTensors& tensors) {
  return {to_real(tensors.x), to_real(tensors.w_router), to_real(tensors.w1), to_real(tensors.w2),
          to_real(tensors.d_out)};
}

Reals reference_logits(const MoeLayer& layer, const RealTensors& tensors) {
  const std::size_t num_experts = layer.experts.num_experts, d = layer.d_model;
  Reals out(layer.tokens * num_experts);
  for (std::size_t t = 0; t < layer.tokens; ++t) {
    for (std::size_t e = 0; e < num_experts; ++e) {
      out[t * num_experts + e] = dot(row(tensors.x, t, d), row(tensors.w_router, e, d));
    }
  }
  return out;
}

std::vector<std::int32_t> reference_topk(const MoeLayer& layer, const RealTensors& tensors) {
  const Reals logits = reference_logits(layer, tensors);
  std::vector<std::int32_t> ids;
  ids.reserve(layer.num_rows());
  for (std::size_t t = 0; t < layer.tokens; ++t) {
    const auto chosen = top_experts(row(logits, t, layer.experts.num_experts), layer.experts.top_k);
    ids.insert(ids.end(), chosen.begin(), chosen.end());
  }
  return ids;
}

LayerResult reference_layer(const MoeLayer& layer, const RealTensors& tensors,
                            const std::vector<std::int32_t>& ids,
                            const std::vector<std::int32_t>& row_of, Stores stores) {
  require_sizes(layer, tensors, ids, row_of);
  const std::size_t num_experts = layer.experts.num_experts, top_k = layer.experts.top_k;
  const std::size_t tokens = layer.tokens, d = layer.d_model, n = layer.experts.expert_width;
  const std::size_t up_width = layer.up_width();
  const Positions positions = find_positions(ids, num_experts);
  const std::span<const std::int32_t> all_ids(ids);
  const Reals logits = reference_logits(layer, tensors);
  Reals probabilities, weights;
  for (std::size_t t = 0; t < tokens; ++t) {
    const Reals p = softmax(row(logits, t, num_experts));
    const Reals w = weights_of(p, all_ids.subspan(t * top_k, top_k), layer.renormalize);
    probabilities.insert(probabilities.end(), p.begin(), p.end());
    weights.insert(weights.end(), w.begin(), w.end());
  }

  LayerResult result{Reals(tokens * d, 0.0),
                     Reals(tokens * d, 0.0),
                     Reals(tensors.w1.size(), 0.0),
                     Reals(tensors.w2.size(), 0.0),
                     Reals(tensors.w_router.size(), 0.0),
                     weights,
                     {}};
  Reals d_weights(ids.size(), 0.0);
  // Expert by expert, so that its matrices stay in the cache.
  for (const std::int32_t slot_32 : positions.slot_of) {
    const auto slot = static_cast<std::size_t>(slot_32);
    if (!row_of.empty() && row_of[slot] == kDropped) continue;
    const std::size_t t = slot / top_k, e = static_cast<std::size_t>(ids[slot]);
    const ExpertMatrices expert{row(tensors.w1, e, up_width * d), row(tensors.w2, e, d * n)};
    const RealSpan x = row(tensors.x, t, d), d_out = row(tensors.d_out, t, d);
    const ForwardRow forward = forward_row(layer, expert, x, stores);
    add_scaled(weights[slot], forward.y, row(result.out, t, d));
    d_weights[slot] = dot(d_out, forward.y);

    const BackwardRow backward =
        backward_row(layer, expert, forward.h, weights[slot], d_out, stores);
    add_scaled(1.0, backward.d_x, row(result.d_x, t, d));
    for (std::size_t i = 0; i < d; ++i) {
      add_scaled(backward.d_y[i], forward.a, row(result.d_w2, e * d + i, n));
    }
    for (std::size_t j = 0; j < up_width; ++j) {
      add_scaled(backward.d_h[j], x, row(result.d_w1, e * up_width + j, d));
    }
  }
  store(result.d_x, stores);  // the experts' part; the router's is added to it

  for (std::size_t t = 0; t < tokens; ++t) {
    Reals d_logits =
        logit_gradients(row(probabilities, t, num_experts), all_ids.subspan(t * top_k, top_k),
                        row(d_weights, t, top_k), layer.renormalize);
    store(d_logits, stores);
    result.d_logits.insert(result.d_logits.end(), d_logits.begin(), d_logits.end());
    for (std::size_t e = 0; e < num_experts; ++e) {
      add_scaled(d_logits[e], row(tensors.w_router, e, d), row(result.d_x, t, d));
      add_scaled(d_logits[e], row(tensors.x, t, d), row(result.d_w_router, e, d));
    }
  }
  for (Reals* tensor : {&result.out, &result.d_x, &result.d_w1, &result.d_w2, &result.d_w_router}) {
    store(*tensor, stores);
  }
  return result;
}

}  // namespace isoflop::bench
