#include "cuda/reference/spot_reference.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "cuda/reference/reference_router.hpp"
#include "isoflop/error.hpp"

namespace isoflop::bench {

RowFetcher fetch_from(const MoeLayer& layer, const LayerTensors& tensors) {
  return [layer, &tensors](Tensor tensor, std::uint64_t first, std::uint64_t count) {
    const std::uint64_t width = shape_of(layer, tensor).width;
    const auto begin = tensors.of(tensor).begin() + static_cast<std::ptrdiff_t>(first * width);
    return std::vector<std::uint16_t>(begin, begin + static_cast<std::ptrdiff_t>(count * width));
  };
}

SpotReference::SpotReference(const MoeLayer& layer, RowFetcher fetch)
    : layer_(layer),
      fetch_(std::move(fetch)),
      w_router_(rows(Tensor::kWRouter, 0, layer.experts.num_experts)) {
  for (std::size_t e = 0; e < layer_.experts.num_experts; ++e) {
    const RealSpan w = RealSpan(w_router_).subspan(e * layer_.d_model, layer_.d_model);
    largest_w_ = std::max(largest_w_, std::sqrt(dot(w, w)));
  }
}

Reals SpotReference::rows(Tensor tensor, std::uint64_t first, std::uint64_t count) const {
  Reals out = to_real(fetch_(tensor, first, count));
  if (out.size() != count * shape_of(layer_, tensor).width) {
    throw InvalidArgument("fetched " + std::to_string(out.size()) + " elements for " +
                          std::to_string(count) + " rows of " +
                          std::to_string(shape_of(layer_, tensor).width));
  }
  return out;
}

RouterLogits SpotReference::logits(std::uint64_t token) const {
  const std::size_t d = layer_.d_model;
  const Reals x = rows(Tensor::kX, token, 1);
  RouterLogits out{Reals(layer_.experts.num_experts), largest_w_ * std::sqrt(dot(x, x))};
  for (std::size_t e = 0; e < out.values.size(); ++e) {
    out.values[e] = dot(RealSpan(w_router_).subspan(e * d, d), x);
  }
  return out;
}

TokenResult SpotReference::token(std::uint64_t token, std::span<const std::int32_t> ids,
                                 std::span<const std::int32_t> row_of) const {
  const std::size_t d = layer_.d_model, up_width = layer_.up_width();
  const Reals x = rows(Tensor::kX, token, 1), d_out = rows(Tensor::kDOut, token, 1);
  const Reals probabilities = softmax(logits(token).values);
  TokenResult result{
      weights_of(probabilities, ids, layer_.renormalize), Reals(d, 0.0), Reals(d, 0.0), {}};
  Reals d_weights(ids.size(), 0.0);
  for (std::size_t k = 0; k < ids.size(); ++k) {
    if (!row_of.empty() && row_of[k] == kDropped) continue;
    const auto e = static_cast<std::uint64_t>(ids[k]);
    const Reals w1 = rows(Tensor::kW1, e * up_width, up_width), w2 = rows(Tensor::kW2, e * d, d);
    const ExpertMatrices expert{w1, w2};
    const ForwardRow forward = forward_row(layer_, expert, x, Stores::kExact);
    add_scaled(result.weights[k], forward.y, result.out);
    d_weights[k] = dot(d_out, forward.y);
    add_scaled(
        1.0, backward_row(layer_, expert, forward.h, result.weights[k], d_out, Stores::kExact).d_x,
        result.d_x);
  }
  result.d_logits = logit_gradients(probabilities, ids, d_weights, layer_.renormalize);
  for (std::size_t e = 0; e < result.d_logits.size(); ++e) {
    add_scaled(result.d_logits[e], RealSpan(w_router_).subspan(e * d, d), result.d_x);
  }
  return result;
}

UnitResult SpotReference::unit(std::uint64_t expert, std::uint64_t unit,
                               std::span<const RoutedToken> routed) const {
  const std::size_t d = layer_.d_model, n = layer_.experts.expert_width;
  const std::uint64_t first = expert * layer_.up_width() + unit;
  const bool has_up = layer_.num_up() == 2;
  const Reals gate_row = rows(Tensor::kW1, first, 1);
  const Reals up_row = has_up ? rows(Tensor::kW1, first + n, 1) : Reals();
  const Reals w2 = rows(Tensor::kW2, expert * d, d);
  Reals column(d);
  for (std::size_t i = 0; i < d; ++i) column[i] = w2[i * n + unit];

  UnitResult result{Reals(layer_.num_up() * d, 0.0), Reals(d, 0.0)};
  const std::span<double> d_gate_row = std::span(result.d_w1).first(d);
  const std::span<double> d_up_row = std::span(result.d_w1).last(d);
  for (const RoutedToken& row : routed) {
    const Reals x = rows(Tensor::kX, row.token, 1), d_out = rows(Tensor::kDOut, row.token, 1);
    const Activated act =
        activate(layer_.activation, dot(gate_row, x), has_up ? dot(up_row, x) : 0.0);
    const double d_a = row.weight * dot(d_out, column);
    add_scaled(row.weight * act.value, d_out, result.d_w2);
    add_scaled(d_a * act.d_gate, x, d_gate_row);
    if (has_up) add_scaled(d_a * act.d_up, x, d_up_row);
  }
  return result;
}

Reals SpotReference::router_row(RealSpan d_logits) const {
  constexpr std::uint64_t kBlock = 1024;  // rows on the host at a time
  const std::size_t d = layer_.d_model;
  Reals out(d, 0.0);
  for (std::uint64_t first = 0; first < layer_.tokens; first += kBlock) {
    const std::uint64_t count = std::min(kBlock, layer_.tokens - first);
    const Reals x = rows(Tensor::kX, first, count);
    for (std::size_t i = 0; i < count; ++i) {
      add_scaled(d_logits[first + i], RealSpan(x).subspan(i * d, d), out);
    }
  }
  return out;
}

}  // namespace isoflop::bench
