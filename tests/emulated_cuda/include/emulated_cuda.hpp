/// CUDA on the CPU, as far as the kernels of cuda/ use it, so that tests run them without a GPU. A
/// thread is a fiber that runs until it waits for others (a barrier, a warp's exchange); the blocks
/// of a cluster run together, clusters one after the other. Whose turn it is, and when what a
/// thread set going happens, is drawn from a seed: a result that depends on who comes first, or on
/// a wait that is missing, shows as a wrong number.
///   aborts on: barriers and exchanges that not every thread reaches, or some after others left;
///     waits that nobody ends; and what emulated_hopper.hpp names
///   says nothing of: speed, how memory orders the writes of several blocks, static __shared__
///     variables of a cluster (its blocks would have one of each)
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
/// Of one block: 227 KB on compute capability 9.0.
inline constexpr std::size_t kMostSharedBytes = 232448;

struct Index {
  unsigned x = 0;
};
/// Of the fiber that runs.
extern Index thread_index, block_index;
/// Of the launch that runs: blocks of the grid, threads of a block.
extern Index grid_size, block_size;
void* dynamic_shared_memory();

struct Grid {
  unsigned blocks, threads;
  std::size_t shared_bytes = 0;
  unsigned cluster = 1;  ///< blocks of a cluster
};
/// Runs every thread of every block to its end.
void run_grid(const Grid& grid, const std::function<void()>& thread);

/// All launches from here on are drawn from this seed.
void set_seed(unsigned seed);
/// Says what is wrong and where on one line, and aborts.
[[noreturn]] void fail(const char* what);

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
