// Activations between the projections, and their backward (activation_math.hpp). SwiGLU finds the
// gate in columns 0 .. n - 1 of h and what it scales in columns n .. 2 n - 1.
#include "cuda/kernels/activation_math.hpp"
#include "cuda/kernels/launch.hpp"
#include "cuda/kernels/launch_grid.hpp"
#include "cuda/kernels/launch_kernel.hpp"
#include "cuda/kernels/vector8.cuh"

namespace isoflop::bench {
namespace {

constexpr int kPerThread = 2;  // vectors, whose loads are all in flight together

/// Where vector i of a [rows, n] tensor stands in h [rows, u n].
__device__ inline std::uint64_t place_in_h(std::uint64_t i, unsigned width, bool gated) {
  return gated ? (i + i / width * width) * kVector : i * kVector;
}

/// width: n in vectors; count: rows times width.
template <Activation kActivation>
__global__ void __launch_bounds__(kBlockThreads)
    activate(const Bf16* __restrict__ h, std::uint64_t count, unsigned width,
             Bf16* __restrict__ a) {
  constexpr bool kGated = kActivation == Activation::kSwiGlu;
  const std::uint64_t first =
      static_cast<std::uint64_t>(blockIdx.x) * kBlockThreads * kPerThread + threadIdx.x;
  uint4 gate_bits[kPerThread], up_bits[kPerThread];
#pragma unroll
  for (int j = 0; j < kPerThread; ++j) {
    const std::uint64_t i = first + j * kBlockThreads;
    gate_bits[j] = up_bits[j] = make_uint4(0, 0, 0, 0);
    if (i >= count) continue;
    const Bf16* const from = h + place_in_h(i, width, kGated);
    gate_bits[j] = load8_once(from);
    if (kGated) up_bits[j] = load8_once(from + static_cast<std::size_t>(width) * kVector);
  }
#pragma unroll
  for (int j = 0; j < kPerThread; ++j) {
    const std::uint64_t i = first + j * kBlockThreads;
    if (i >= count) continue;
    const Float8 gate = to_floats(gate_bits[j]), up = to_floats(up_bits[j]);
    Float8 out;
#pragma unroll
    for (int c = 0; c < kVector; ++c) {
      const float value = activation_value(kActivation, gate.at[c]);
      out.at[c] = kGated ? value * up.at[c] : value;
    }
    store8(a + i * kVector, to_bf16x8(out));
  }
}

template <Activation kActivation>
__global__ void __launch_bounds__(kBlockThreads)
    activate_backward(const Bf16* __restrict__ h, const Bf16* __restrict__ da, std::uint64_t count,
                      unsigned width, Bf16* __restrict__ dh) {
  constexpr bool kGated = kActivation == Activation::kSwiGlu;
  const std::uint64_t first =
      static_cast<std::uint64_t>(blockIdx.x) * kBlockThreads * kPerThread + threadIdx.x;
  uint4 gate_bits[kPerThread], up_bits[kPerThread], da_bits[kPerThread];
#pragma unroll
  for (int j = 0; j < kPerThread; ++j) {
    const std::uint64_t i = first + j * kBlockThreads;
    gate_bits[j] = up_bits[j] = da_bits[j] = make_uint4(0, 0, 0, 0);
    if (i >= count) continue;
    const Bf16* const from = h + place_in_h(i, width, kGated);
    gate_bits[j] = load8_once(from);
    if (kGated) up_bits[j] = load8_once(from + static_cast<std::size_t>(width) * kVector);
    da_bits[j] = load8_once(da + i * kVector);
  }
#pragma unroll
  for (int j = 0; j < kPerThread; ++j) {
    const std::uint64_t i = first + j * kBlockThreads;
    if (i >= count) continue;
    const Float8 gate = to_floats(gate_bits[j]), up = to_floats(up_bits[j]);
    const Float8 d = to_floats(da_bits[j]);
    Float8 d_gate, d_up;
#pragma unroll
    for (int c = 0; c < kVector; ++c) {
      const float slope = d.at[c] * activation_derivative(kActivation, gate.at[c]);
      d_gate.at[c] = kGated ? slope * up.at[c] : slope;
      d_up.at[c] = kGated ? d.at[c] * activation_value(kActivation, gate.at[c]) : 0.0f;
    }
    Bf16* const to = dh + place_in_h(i, width, kGated);
    store8(to, to_bf16x8(d_gate));
    if (kGated) store8(to + static_cast<std::size_t>(width) * kVector, to_bf16x8(d_up));
  }
}

/// Calls launch.template operator()<activation>().
template <class Launch>
void with_activation(Activation activation, const Launch& launch) {
  switch (activation) {
    case Activation::kSwiGlu:
      return launch.template operator()<Activation::kSwiGlu>();
    case Activation::kGelu:
      return launch.template operator()<Activation::kGelu>();
    case Activation::kRelu:
      return launch.template operator()<Activation::kRelu>();
  }
}

}  // namespace

void launch_activation(const MoeLayer& layer, const Bf16* h, std::uint64_t num_rows, Bf16* a,
                       cudaStream_t stream) {
  const auto width = static_cast<unsigned>(layer.experts.expert_width / kVector);
  const std::uint64_t count = num_rows * width;
  const unsigned blocks = blocks_for(count, kBlockThreads * kPerThread);
  with_activation(layer.activation, [&]<Activation kActivation>() {
    launch_kernel(activate<kActivation>, blocks, kBlockThreads, 0, stream, h, count, width, a);
  });
}

void launch_activation_backward(const MoeLayer& layer, const Bf16* h, const Bf16* da,
                                std::uint64_t num_rows, Bf16* dh, cudaStream_t stream) {
  const auto width = static_cast<unsigned>(layer.experts.expert_width / kVector);
  const std::uint64_t count = num_rows * width;
  const unsigned blocks = blocks_for(count, kBlockThreads * kPerThread);
  with_activation(layer.activation, [&]<Activation kActivation>() {
    launch_kernel(activate_backward<kActivation>, blocks, kBlockThreads, 0, stream, h, da, count,
                  width, dh);
  });
}

}  // namespace isoflop::bench
