#include "cuda/device/cuda_handles.hpp"
#include "cuda/layer/device_tensors.hpp"

namespace isoflop::bench {
namespace {

struct Place {
  const void* tensor;
  std::uint64_t rows, width;
  bool is_fp32;
  std::size_t bytes() const { return rows * width * (is_fp32 ? sizeof(float) : sizeof(Bf16)); }
};

Place place_of(const MoeLayer& layer, const LayerView& view, Output output) {
  const std::uint64_t tokens = layer.tokens, d = layer.d_model;
  const std::uint64_t experts = layer.experts.num_experts, n = layer.experts.expert_width;
  switch (output) {
    case Output::kOut:
      return {view.out, tokens, d, false};
    case Output::kDX:
      return {view.dx, tokens, d, false};
    case Output::kDW1:
      return {view.d_w1, experts * layer.up_width(), d, view.dw_is_fp32};
    case Output::kDW2:
      return {view.d_w2, experts * d, n, view.dw_is_fp32};
    case Output::kDWRouter:
      return {view.d_w_router, experts, d, false};
    case Output::kWeights:
      return {view.weights, tokens, layer.experts.top_k, true};
    case Output::kDLogits:
      break;
  }
  return {view.d_logits, tokens, experts, false};
}

const Bf16* input_of(const LayerView& view, Tensor tensor) {
  switch (tensor) {
    case Tensor::kWRouter:
      return view.w_router;
    case Tensor::kW1:
      return view.w1;
    case Tensor::kW2:
      return view.w2;
    case Tensor::kDOut:
      return view.d_out;
    case Tensor::kX:
      break;
  }
  return view.x;
}

// The bits of numbers in bf16, as the host calculates with them.
const std::uint16_t* bits(const void* bf16) { return static_cast<const std::uint16_t*>(bf16); }

}  // namespace

RoutedIds DeviceTensors::routing() const {
  const std::size_t slots = layer_.num_rows();
  return {.chosen_ids = fetch(view_.chosen_ids, slots),
          .ids = fetch(view_.ids, slots),
          .row_of = fetch(view_.row_of, slots),
          .weights = fetch(view_.weights, slots)};
}

RowFetcher DeviceTensors::inputs() const {
  return [layer = layer_, view = view_](Tensor tensor, std::uint64_t first, std::uint64_t count) {
    const std::uint64_t width = shape_of(layer, tensor).width;
    return fetch(bits(input_of(view, tensor)) + first * width, count * width);
  };
}

OutputFetcher DeviceTensors::outputs() const {
  // A check asks for the weight of every row of an expert: one copy instead of thousands.
  return [layer = layer_, view = view_, weights = fetch(view_.weights, layer_.num_rows())](
             Output output, std::uint64_t first, std::uint64_t count) {
    const Place place = place_of(layer, view, output);
    const std::uint64_t begin = first * place.width, size = count * place.width;
    if (output == Output::kWeights) {
      const auto from = weights.begin() + static_cast<std::ptrdiff_t>(begin);
      return Reals(from, from + static_cast<std::ptrdiff_t>(size));
    }
    if (!place.is_fp32) return to_real(fetch(bits(place.tensor) + begin, size));
    const std::vector<float> values = fetch(static_cast<const float*>(place.tensor) + begin, size);
    return Reals(values.begin(), values.end());
  };
}

void poison_outputs(const MoeLayer& layer, const LayerView& view, cudaStream_t stream) {
  constexpr int kNan = 0xff;  // in every byte, of bf16 and fp32
  auto set = [&](const void* tensor, std::size_t bytes) {
    ISOFLOP_CUDA_CALL(cudaMemsetAsync(const_cast<void*>(tensor), kNan, bytes, stream));
  };
  for (const Output output : {Output::kOut, Output::kDX, Output::kDW1, Output::kDW2,
                              Output::kDWRouter, Output::kWeights, Output::kDLogits}) {
    const Place place = place_of(layer, view, output);
    set(place.tensor, place.bytes());
  }
  set(view.logits, layer.tokens * layer.experts.num_experts * sizeof(float));
  set(view.d_weights, layer.num_rows() * sizeof(float));
}

}  // namespace isoflop::bench
