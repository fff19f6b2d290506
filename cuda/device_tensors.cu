#include "cuda_handles.hpp"
#include "device_tensors.hpp"

namespace isoflop::bench {
namespace {

// The bits of numbers in bf16, as the host calculates with them.
const std::uint16_t* bits(const void* bf16) { return static_cast<const std::uint16_t*>(bf16); }

Reals fetch_bf16(const void* tensor, std::uint64_t first, std::uint64_t count) {
  return to_real(fetch(bits(tensor) + first, count));
}

Reals fetch_fp32(const void* tensor, std::uint64_t first, std::uint64_t count) {
  const std::vector<float> values = fetch(static_cast<const float*>(tensor) + first, count);
  return Reals(values.begin(), values.end());
}

// One number of each of `count` rows.
template <class T>
std::vector<T> fetch_column(const T* tensor, std::uint64_t width, std::uint64_t column,
                            std::uint64_t count) {
  std::vector<T> out(count);
  ISOFLOP_CUDA_CALL(cudaMemcpy2D(out.data(), sizeof(T), tensor + column, width * sizeof(T),
                                 sizeof(T), count, cudaMemcpyDeviceToHost));
  return out;
}

}  // namespace

RowFetcher DeviceTensors::inputs() const {
  return [layer = layer_, view = view_](Tensor tensor, std::uint64_t first, std::uint64_t count) {
    const Bf16* from = view.x;
    switch (tensor) {
      case Tensor::kWRouter:
        from = view.w_router;
        break;
      case Tensor::kW1:
        from = view.w1;
        break;
      case Tensor::kW2:
        from = view.w2;
        break;
      case Tensor::kDOut:
        from = view.d_out;
        break;
      case Tensor::kX:
        break;
    }
    const std::uint64_t width = shape_of(layer, tensor).width;
    return fetch(bits(from) + first * width, count * width);
  };
}

Reals DeviceTensors::out(std::uint64_t first_token, std::uint64_t num_tokens) const {
  return fetch_bf16(view_.out, first_token * layer_.d_model, num_tokens * layer_.d_model);
}
Reals DeviceTensors::d_x(std::uint64_t first_token, std::uint64_t num_tokens) const {
  return fetch_bf16(view_.dx, first_token * layer_.d_model, num_tokens * layer_.d_model);
}
Reals DeviceTensors::d_w_router(std::uint64_t first_expert, std::uint64_t num_experts) const {
  return fetch_bf16(view_.d_w_router, first_expert * layer_.d_model, num_experts * layer_.d_model);
}

Reals DeviceTensors::gradient(const void* tensor, std::uint64_t width, std::uint64_t first_row,
                              std::uint64_t num_rows) const {
  return view_.dw_is_fp32 ? fetch_fp32(tensor, first_row * width, num_rows * width)
                          : fetch_bf16(tensor, first_row * width, num_rows * width);
}
Reals DeviceTensors::d_w1(std::uint64_t first_row, std::uint64_t num_rows) const {
  return gradient(view_.d_w1, layer_.d_model, first_row, num_rows);
}
Reals DeviceTensors::d_w2(std::uint64_t first_row, std::uint64_t num_rows) const {
  return gradient(view_.d_w2, layer_.experts.expert_width, first_row, num_rows);
}

Reals DeviceTensors::d_w2_column(std::uint64_t expert, std::uint64_t unit) const {
  const std::uint64_t d = layer_.d_model, n = layer_.experts.expert_width;
  if (view_.dw_is_fp32) {
    const auto* const matrix = static_cast<const float*>(view_.d_w2) + expert * d * n;
    const std::vector<float> column = fetch_column(matrix, n, unit, d);
    return Reals(column.begin(), column.end());
  }
  return to_real(fetch_column(bits(view_.d_w2) + expert * d * n, n, unit, d));
}

Reals DeviceTensors::d_logits(std::uint64_t token) const {
  const std::uint64_t experts = layer_.experts.num_experts;
  return fetch_bf16(view_.d_logits, token * experts, experts);
}
Reals DeviceTensors::d_logits_column(std::uint64_t expert) const {
  return to_real(
      fetch_column(bits(view_.d_logits), layer_.experts.num_experts, expert, layer_.tokens));
}

}  // namespace isoflop::bench
