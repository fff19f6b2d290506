/// The part of CUDA's header of this name that kernels name, on the CPU.
#pragma once

#include <cstdint>

/// What a load or store of a box needs to know; on a card, bits that only the driver knows.
struct CUtensorMap {
  static constexpr int kMostRank = 5;
  char* data = nullptr;
  std::uint64_t sizes[kMostRank] = {};    ///< innermost first
  std::uint64_t strides[kMostRank] = {};  ///< in bytes
  std::uint16_t box[kMostRank] = {};
  std::int16_t rank = 0;
};
static_assert(sizeof(CUtensorMap) <= 128);
