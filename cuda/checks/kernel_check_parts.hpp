/// What the checks of kernels are made of; kernel_checks.cpp puts them together.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "cuda/checks/comparison.hpp"
#include "cuda/device/cuda_handles.hpp"
#include "cuda/device/moe_bench.hpp"
#include "cuda/kernels/launch.hpp"
#include "cuda/reference/positions.hpp"
#include "cuda/reference/reference_expert.hpp"
#include "isoflop/core/random.hpp"

namespace isoflop::bench {

/// Top-k, its backward and fill; counts, offsets, rows and slots; everything that moves rows.
void check_routing_kernels(const MoeLayer& layer, std::uint64_t seed,
                           std::vector<CheckItem>& items);
void check_position_kernels(const MoeLayer& layer, std::uint64_t seed,
                            std::vector<CheckItem>& items);
void check_row_kernels(const MoeLayer& layer, std::uint64_t seed, std::vector<CheckItem>& items);

/// The layer with fewer tokens, so that there are about `most` numbers of `per_token` each.
inline MoeLayer with_fewer_tokens(MoeLayer layer, std::uint64_t per_token, std::uint64_t most) {
  layer.tokens = std::min(layer.tokens, std::max<std::uint64_t>(1, most / per_token));
  return layer;
}

/// Sums of some thousand products in fp32, exponentials of numbers below 20, and divisions: each
/// rounds by 2^-24 or by a few times that, and they are random.
inline constexpr double kFp32Tolerance = 1e-5;

/// One rounding to bf16, which keeps 8 bits: at most 2^-8 of the number, and fp32 before it.
inline constexpr double kStoreTolerance = 0x1p-8 + kFp32Tolerance;

template <class T>
DeviceArray<T> upload(const std::vector<T>& values) {
  DeviceArray<T> out(values.size());
  ISOFLOP_CUDA_CALL(
      cudaMemcpy(out.data(), values.data(), values.size() * sizeof(T), cudaMemcpyHostToDevice));
  return out;
}

/// Memory in which every number is a NaN (bf16, fp32) or a large negative one (integers), until a
/// kernel has written it.
template <class T>
DeviceArray<T> poisoned(std::size_t count) {
  DeviceArray<T> out(count);
  ISOFLOP_CUDA_CALL(cudaMemset(out.data(), 0xfe, count * sizeof(T)));
  if constexpr (!std::is_same_v<T, std::int32_t>) {
    ISOFLOP_CUDA_CALL(cudaMemset(out.data(), 0xff, count * sizeof(T)));
  }
  return out;
}

template <class T>
std::vector<T> fetch(const DeviceArray<T>& array) {
  ISOFLOP_CUDA_CALL(cudaDeviceSynchronize());
  return fetch(array.data(), array.size());
}

inline Bf16* as_bf16(const DeviceArray<std::uint16_t>& array) {
  return reinterpret_cast<Bf16*>(array.data());
}

/// Places where the bits differ; none may.
template <class T>
CheckItem same_bits(const std::string& what, const std::vector<T>& expected,
                    const std::vector<T>& actual) {
  CheckItem item{what, std::numeric_limits<double>::infinity(), 0.0};
  if (expected.size() != actual.size()) return item;
  item.error = 0.0;
  for (std::size_t i = 0; i < expected.size(); ++i) {
    if (std::memcmp(&expected[i], &actual[i], sizeof(T)) != 0) item.error += 1.0;
  }
  return item;
}

inline Reals to_real(const std::vector<float>& numbers) { return {numbers.begin(), numbers.end()}; }

inline std::vector<float> normal_floats(std::size_t count, Random& random) {
  std::vector<float> out(count);
  for (float& x : out) x = static_cast<float>(random.normal());
  return out;
}

/// K distinct experts of every token out of the first `num_used`, [T K].
inline std::vector<std::int32_t> random_ids(const MoeLayer& layer, std::uint64_t num_used,
                                            Random& random) {
  std::vector<std::int32_t> experts(num_used), out;
  for (std::size_t e = 0; e < experts.size(); ++e) experts[e] = static_cast<std::int32_t>(e);
  for (std::uint64_t token = 0; token < layer.tokens; ++token) {
    for (std::size_t k = 0; k < layer.experts.top_k; ++k) {  // the first K of a shuffle
      std::swap(experts[k], experts[k + random.below(experts.size() - k)]);
      out.push_back(experts[k]);
    }
  }
  return out;
}

}  // namespace isoflop::bench
