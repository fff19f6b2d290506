/// Seeded inputs and weights of a layer, a function of (seed, tensor, index) alone: host and device
/// make identical bits in any order. Integers up to one product with a float, which rounds alike
/// everywhere; no logarithm, cosine or sum that a compiler may fuse.
///   a = mix(key + index gamma), b = mix(a + gamma)          (SplitMix64)
///   x = (popcount(a) - 32) + u1 + u2 - 1,  u1, u2 uniform in [0, 1) from 16 bits of b each
///   value = scale x / sqrt(16 + 1/6)
/// popcount(a) is binomial, so x is bell-shaped: mean 0, variance 1 after scaling, symmetric,
/// excess kurtosis -0.03, at most 8.2 standard deviations. u1 + u2 joins its steps linearly.
/// SplitMix64: Steele, Lea and Flood 2014, OOPSLA, "Fast splittable pseudorandom number
/// generators".
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "cuda/kernels/index_math.hpp"
#include "isoflop/cost/moe_layer.hpp"

namespace isoflop::bench {

/// What a layer is given. Row-major; a row is the last index.
enum class Tensor : std::uint32_t {
  kX,        ///< [T, d]
  kWRouter,  ///< [E', d]
  kW1,       ///< [E', u n, d]; SwiGLU: n rows of the gate, then n of the up projection
  kW2,       ///< [E', d, n]
  kDOut      ///< [T, d], the gradient of the loss by the layer's output
};

inline constexpr float kWeightScale = 0.02f;  ///< standard deviation of weights; else 1

/// The bf16 nearest to x, ties to even; NaN stays NaN.
ISOFLOP_HD constexpr std::uint16_t to_bf16(float x) {
  const std::uint32_t bits = bits_of(x);
  if (x != x) return static_cast<std::uint16_t>((bits >> 16) | 0x40u);
  const std::uint32_t odd = (bits >> 16) & 1u;
  return static_cast<std::uint16_t>((bits + 0x7fffu + odd) >> 16);
}
ISOFLOP_HD constexpr float from_bf16(std::uint16_t bits) {
  return float_of(static_cast<std::uint32_t>(bits) << 16);
}

ISOFLOP_HD constexpr std::uint64_t mix(std::uint64_t z) {
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
  return z ^ (z >> 31);
}

inline constexpr std::uint64_t kGamma = 0x9e3779b97f4a7c15u;

/// Where the stream of one tensor begins; a kernel computes it once.
ISOFLOP_HD constexpr std::uint64_t stream_key(std::uint64_t seed, Tensor tensor) {
  return mix(mix(seed + kGamma) + (static_cast<std::uint64_t>(tensor) + 1) * kGamma);
}

ISOFLOP_HD inline int count_bits(std::uint64_t x) {
#ifdef __CUDA_ARCH__
  return __popcll(x);
#else
  return std::popcount(x);
#endif
}

/// bf16 bits of element `index` of the stream; scale: its standard deviation.
ISOFLOP_HD inline std::uint16_t normal_bf16(std::uint64_t key, std::uint64_t index, float scale) {
  const std::uint64_t a = mix(key + index * kGamma), b = mix(a + kGamma);
  const std::int32_t steps = (count_bits(a) - 32) * 65536 + static_cast<std::int32_t>(b & 0xffffu) +
                             static_cast<std::int32_t>((b >> 16) & 0xffffu) - 65535;
  constexpr float kPerStep = 3.794983e-6f;  // 1 / (65536 sqrt(16 + 1/6))
  return to_bf16(static_cast<float>(steps) * (kPerStep * scale));
}

ISOFLOP_HD constexpr float scale_of(Tensor tensor) {
  return tensor == Tensor::kX || tensor == Tensor::kDOut ? 1.0f : kWeightScale;
}

/// bf16 bits of an element of a tensor; index: its row-major place.
ISOFLOP_HD inline std::uint16_t input_bf16(std::uint64_t seed, Tensor tensor, std::uint64_t index) {
  return normal_bf16(stream_key(seed, tensor), index, scale_of(tensor));
}

/// Rows of a tensor, with every index but the last counted through, and their length.
struct TensorShape {
  std::uint64_t rows, width;
  std::uint64_t size() const { return rows * width; }
};
inline TensorShape shape_of(const MoeLayer& layer, Tensor tensor) {
  const std::uint64_t num_experts = layer.experts.num_experts, d = layer.d_model;
  switch (tensor) {
    case Tensor::kWRouter:
      return {num_experts, d};
    case Tensor::kW1:
      return {num_experts * layer.up_width(), d};
    case Tensor::kW2:
      return {num_experts * d, layer.experts.expert_width};
    case Tensor::kX:
    case Tensor::kDOut:
      break;
  }
  return {layer.tokens, d};
}

/// bf16 bits of everything that a layer is given; shapes as in Tensor.
struct LayerTensors {
  std::vector<std::uint16_t> x, w_router, w1, w2, d_out;

  const std::vector<std::uint16_t>& of(Tensor tensor) const {
    switch (tensor) {
      case Tensor::kWRouter:
        return w_router;
      case Tensor::kW1:
        return w1;
      case Tensor::kW2:
        return w2;
      case Tensor::kDOut:
        return d_out;
      case Tensor::kX:
        break;
    }
    return x;
  }
};

inline std::vector<std::uint16_t> make_tensor(const MoeLayer& layer, Tensor tensor,
                                              std::uint64_t seed) {
  std::vector<std::uint16_t> out(shape_of(layer, tensor).size());
  const std::uint64_t key = stream_key(seed, tensor);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = normal_bf16(key, i, scale_of(tensor));
  return out;
}

/// Everything on the host, for layers that are small enough.
inline LayerTensors make_tensors(const MoeLayer& layer, std::uint64_t seed) {
  return {make_tensor(layer, Tensor::kX, seed), make_tensor(layer, Tensor::kWRouter, seed),
          make_tensor(layer, Tensor::kW1, seed), make_tensor(layer, Tensor::kW2, seed),
          make_tensor(layer, Tensor::kDOut, seed)};
}

}  // namespace isoflop::bench
