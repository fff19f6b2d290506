#include "cuda/reference/reference_expert.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "cuda/layer/inputs.hpp"

namespace isoflop::bench {

Reals to_real(std::span<const std::uint16_t> bf16) {
  Reals out(bf16.size());
  std::transform(bf16.begin(), bf16.end(), out.begin(),
                 [](std::uint16_t bits) { return double{from_bf16(bits)}; });
  return out;
}

double stored(double value, Stores stores) {
  if (stores == Stores::kExact) return value;
  return double{from_bf16(to_bf16(static_cast<float>(value)))};
}

void store(Reals& values, Stores stores) {
  if (stores == Stores::kExact) return;
  for (double& value : values) value = stored(value, stores);
}

Activated activate(Activation activation, double gate, double up) {
  switch (activation) {
    case Activation::kSwiGlu: {
      const double sigmoid = 1.0 / (1.0 + std::exp(-gate));
      const double silu = gate * sigmoid;
      return {silu * up, up * sigmoid * (1.0 + gate * (1.0 - sigmoid)), silu};
    }
    case Activation::kGelu: {
      const double cdf = 0.5 * std::erfc(-gate / std::numbers::sqrt2);
      const double density =
          std::exp(-0.5 * gate * gate) * std::numbers::inv_sqrtpi / std::numbers::sqrt2;
      return {gate * cdf, cdf + gate * density, 0.0};
    }
    case Activation::kRelu:
      break;
  }
  return {std::max(gate, 0.0), gate > 0.0 ? 1.0 : 0.0, 0.0};
}

double dot(RealSpan a, RealSpan b) {
  // Eight sums side by side, which a compiler may keep in vectors.
  std::array<double, 8> sums{};
  std::size_t i = 0;
  for (; i + sums.size() <= a.size(); i += sums.size()) {
    for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += a[i + k] * b[i + k];
  }
  double total = 0.0;
  for (; i < a.size(); ++i) total += a[i] * b[i];
  for (const double sum : sums) total += sum;
  return total;
}

void add_scaled(double factor, RealSpan x, std::span<double> y) {
  for (std::size_t i = 0; i < x.size(); ++i) y[i] += factor * x[i];
}

ForwardRow forward_row(const MoeLayer& layer, const ExpertMatrices& expert, RealSpan x,
                       Stores stores) {
  const std::size_t d = layer.d_model, n = layer.experts.expert_width;
  ForwardRow row{Reals(layer.up_width()), Reals(n), Reals(d)};
  for (std::size_t j = 0; j < row.h.size(); ++j) row.h[j] = dot(expert.w1.subspan(j * d, d), x);
  store(row.h, stores);
  const std::size_t up = row.h.size() - n;  // of h, where the up projection begins: n or 0
  for (std::size_t j = 0; j < n; ++j) {
    row.a[j] = activate(layer.activation, row.h[j], row.h[up + j]).value;
  }
  store(row.a, stores);
  for (std::size_t i = 0; i < d; ++i) row.y[i] = dot(expert.w2.subspan(i * n, n), row.a);
  store(row.y, stores);
  return row;
}

BackwardRow backward_row(const MoeLayer& layer, const ExpertMatrices& expert, RealSpan h,
                         double weight, RealSpan d_out, Stores stores) {
  const std::size_t d = layer.d_model, n = layer.experts.expert_width;
  BackwardRow row{Reals(d), Reals(h.size()), Reals(d, 0.0)};
  for (std::size_t i = 0; i < d; ++i) row.d_y[i] = weight * d_out[i];
  store(row.d_y, stores);
  Reals d_a(n, 0.0);
  for (std::size_t i = 0; i < d; ++i) add_scaled(row.d_y[i], expert.w2.subspan(i * n, n), d_a);
  store(d_a, stores);
  const std::size_t up = h.size() - n;
  for (std::size_t j = 0; j < n; ++j) {
    const Activated act = activate(layer.activation, h[j], h[up + j]);
    if (up != 0) row.d_h[up + j] = d_a[j] * act.d_up;
    row.d_h[j] = d_a[j] * act.d_gate;
  }
  store(row.d_h, stores);
  for (std::size_t j = 0; j < h.size(); ++j) {
    add_scaled(row.d_h[j], expert.w1.subspan(j * d, d), row.d_x);
  }
  store(row.d_x, stores);
  return row;
}

}  // namespace isoflop::bench
