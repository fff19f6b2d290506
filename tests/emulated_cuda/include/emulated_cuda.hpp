/// CUDA on the CPU, as far as the kernels of cuda/kernels use it, so that tests run them without a
/// GPU. A block is a set of fibers, one per thread; a fiber runs until it waits for others (a
/// barrier, a warp's exchange). Fibers and blocks take turns in a shuffled order: a result that
/// depends on who comes first, or on a barrier that is missing, shows as a wrong number.
///   aborts on: barriers and exchanges that not every thread reaches, or some after others left
///   says nothing of: speed, clashes within a turn, how memory orders the writes of several blocks
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>

namespace emulated_cuda {

inline constexpr unsigned kWarp = 32;
inline constexpr unsigned kMostThreads = 1024;

struct Index {
  unsigned x = 0;
};
/// Of the fiber that runs.
extern Index thread_index, block_index;
void* dynamic_shared_memory();

/// Runs every thread of every block to its end.
void run_grid(unsigned blocks, unsigned threads, std::size_t shared_bytes,
              const std::function<void()>& thread);

void block_barrier();
void warp_barrier();
using WarpValues = std::array<std::uint64_t, kWarp>;
/// One value per lane of the warp that runs.
WarpValues& warp_values();

/// What `read` makes of the values that all lanes of the warp brought along.
template <class T, class Read>
auto exchange(T value, const Read& read) {
  std::uint64_t bits = 0;
  std::memcpy(&bits, &value, sizeof(T));
  warp_values()[thread_index.x % kWarp] = bits;
  warp_barrier();
  const auto result = read(warp_values());
  warp_barrier();  // before anybody brings the next value
  return result;
}

template <class T>
T lane_value(const WarpValues& values, unsigned lane) {
  T out;
  std::memcpy(&out, &values[lane], sizeof(T));
  return out;
}

/// Aborts unless all lanes are meant: the emulation knows no other masks.
void require_all_lanes(unsigned mask);
/// Aborts unless an access of `bytes` bytes is aligned to them.
void require_aligned(const void* address, std::size_t bytes);

}  // namespace emulated_cuda
