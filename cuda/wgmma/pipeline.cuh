/// What the grouped products share: the ring of stages between the warpgroup that fetches and the
/// two that multiply, and how a block's rows of 128 bytes leave shared memory.
///
/// Stage s is full when its bytes have come (barrier full[s]) and empty when every warp that
/// multiplies, in every block whose fetches end there, has let go of it (empty[s]).
#pragma once

#include <cstdint>

#include "cuda/kernels/launch.hpp"
#include "cuda/wgmma/hopper.cuh"
#include "cuda/wgmma/tile_plan.hpp"
#include "cuda/wgmma/wgmma.cuh"

namespace isoflop::bench::hopper {

inline constexpr int kGroupThreads = 128, kProductThreads = 3 * kGroupThreads;
inline constexpr int kMultiplyingWarps = 8;
inline constexpr std::uint32_t kBoxBytes = kDepthStep * kRowBytes;  ///< 64 rows
/// Waits, as wait_for() names them when they do not end.
enum WaitPlace { kWaitEmpty, kWaitFull, kWaitTail, kWaitH };
/// Named barriers: 1 and 2 of a multiplying warpgroup each, 3 of both.
inline constexpr int kGroupBarrier = 1, kBothBarrier = 3;

/// Place in a ring of kCount stages, and in which round.
template <int kCount>
struct Ring {
  int stage = 0;
  std::uint32_t parity = 0;
  ISOFLOP_DEVICE void advance() {
    if (++stage == kCount) {
      stage = 0;
      parity ^= 1;
    }
  }
};

/// Of one block.
struct Barriers {
  std::uint32_t full, empty;  ///< addresses of the first of each
  int blocks;                 ///< of the cluster

  /// By one thread. arrivals: that fill a stage, beside its bytes.
  ISOFLOP_DEVICE void init(int stages, std::uint32_t arrivals) const {
    for (int s = 0; s < stages; ++s) {
      init_barrier(full + 8 * s, arrivals);
      init_barrier(empty + 8 * s, static_cast<std::uint32_t>(kMultiplyingWarps * blocks));
    }
  }
  /// By every lane of a multiplying warp.
  ISOFLOP_DEVICE void release(int stage, int lane) const {
    if (lane < blocks) arrive_at(empty + 8 * stage, static_cast<std::uint32_t>(lane));
  }
};

/// A box for every block of the cluster: fetched once and sent to all, or alone.
template <int kRank>
ISOFLOP_DEVICE void load_shared_box(const CUtensorMap* map, std::uint32_t to, std::uint32_t barrier,
                                    const Place<kRank>& place, int blocks) {
  if (blocks == 1) {
    load_box(map, to, barrier, place);
  } else {
    load_box_to_all(map, to, barrier, place, static_cast<std::uint16_t>((1 << blocks) - 1));
  }
}

/// 16 bytes of rows of d numbers, gathered: row r of a box is row `token` of `from` [T, width],
/// zeros where token < 0 or the column is beyond the width.
ISOFLOP_DEVICE void gather16(std::uint32_t to, const Bf16* from, int token, int column, int width) {
  const bool real = token >= 0 && column < width;
  const Bf16* const at =
      real ? from + static_cast<std::size_t>(token) * static_cast<unsigned>(width) + column : from;
  copy16(to, at, real ? 16 : 0);
}

/// A thread that gathers tells the full barriers that its copies have come, kLag stages late, so
/// that those of as many more are under way meanwhile: all but the two that are being multiplied
/// and let go.
template <int kStages>
struct CopySignal {
  static constexpr int kLag = kStages - 2;
  std::uint32_t full;
  int last = 0, unsaid = 0;  ///< stage that was committed last; stages that were not told of

  ISOFLOP_DEVICE void committed(int stage) {
    commit_copies();
    last = stage;
    if (unsaid < kLag) {
      ++unsaid;
      return;
    }
    wait_for_copies<kLag>();
    say(kLag);
  }
  ISOFLOP_DEVICE void finish() {
    wait_for_copies<0>();
    while (unsaid > 0) say(--unsaid);
  }
  ISOFLOP_DEVICE void say(int stages_ago) const {
    publish_to_async_units();
    arrive(full + 8 * ((last + kStages - stages_ago) % kStages));
  }
};

}  // namespace isoflop::bench::hopper
