/// How many blocks a launch has, and how much shared memory one may take.
#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "isoflop/error.hpp"

namespace isoflop::bench {

inline constexpr unsigned kBlockThreads = 256;

/// Shared memory of a block that every GPU from sm_80 on grants.
inline constexpr std::uint64_t kMostSharedBytes = 96 * 1024;
/// What a launch may ask for without setting the kernel's attribute first: 48 KB, of which a
/// kernel's own variables take a little.
inline constexpr std::uint64_t kSharedBytesUnasked = 47 * 1024;

/// Blocks that share `work` among them, `per_block` each. Throws InvalidArgument beyond 2^31 - 1.
inline unsigned blocks_for(std::uint64_t work, std::uint64_t per_block) {
  const std::uint64_t blocks = (work + per_block - 1) / per_block;
  if (blocks > static_cast<std::uint64_t>(std::numeric_limits<std::int32_t>::max())) {
    throw InvalidArgument("a kernel over " + std::to_string(work) +
                          " items has more blocks than a launch");
  }
  return static_cast<unsigned>(blocks);
}

/// Rows are counted in 32 bits. Throws InvalidArgument for more.
inline std::int32_t require_int32(std::uint64_t count, const char* what) {
  if (count > static_cast<std::uint64_t>(std::numeric_limits<std::int32_t>::max())) {
    throw InvalidArgument(std::to_string(count) + " " + what + " are beyond 32 bits");
  }
  return static_cast<std::int32_t>(count);
}

}  // namespace isoflop::bench
