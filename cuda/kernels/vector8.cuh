/// Eight bf16 numbers as one access of 16 bytes, and as floats to calculate with.
#pragma once

#include <cuda_bf16.h>
#include <cuda_runtime.h>

#include <cstring>

namespace isoflop::bench {

inline constexpr int kVector = 8;

struct Float8 {
  float at[kVector];
};

/// Of data that other blocks read as well.
__device__ inline uint4 load8(const __nv_bfloat16* from) {
  return __ldg(reinterpret_cast<const uint4*>(from));
}
/// Of data that nobody reads again: the first to leave the caches.
__device__ inline uint4 load8_once(const __nv_bfloat16* from) {
  return __ldcs(reinterpret_cast<const uint4*>(from));
}
__device__ inline void store8(__nv_bfloat16* to, uint4 bits) {
  *reinterpret_cast<uint4*>(to) = bits;
}

/// A bf16 number is the upper half of the float that it equals.
__device__ inline Float8 to_floats(uint4 bits) {
  const unsigned pairs[4] = {bits.x, bits.y, bits.z, bits.w};
  Float8 out;
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    out.at[2 * i] = __uint_as_float(pairs[i] << 16);
    out.at[2 * i + 1] = __uint_as_float(pairs[i] & 0xffff0000u);
  }
  return out;
}

/// Rounded to nearest, ties to even.
__device__ inline uint4 to_bf16x8(const Float8& numbers) {
  unsigned pairs[4];
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    const __nv_bfloat162 pair = __floats2bfloat162_rn(numbers.at[2 * i], numbers.at[2 * i + 1]);
    std::memcpy(&pairs[i], &pair, sizeof(pair));
  }
  return make_uint4(pairs[0], pairs[1], pairs[2], pairs[3]);
}

}  // namespace isoflop::bench
