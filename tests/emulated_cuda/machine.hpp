/// The parts of the emulated machine: threads as fibers, their warps and blocks, shared memory with
/// what is known of every 16 bytes of it, and the work that is under way.
#pragma once

#include <ucontext.h>

#include <array>
#include <csetjmp>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <vector>

#include "emulated_hopper.hpp"

// A switch by swapcontext asks the system for the mask of signals, which takes ten times as long as
// the rest; a sanitizer does not follow the other way.
#if defined(__SANITIZE_ADDRESS__)
#define ISOFLOP_SWAPS_CONTEXTS
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define ISOFLOP_SWAPS_CONTEXTS
#endif
#endif

namespace emulated_cuda {

// --- fibers ------------------------------------------------------------------------------------

/// Runs bodies one after the other on a stack of its own.
class Fiber {
 public:
  /// From outside: goes on until the fiber suspends itself or its body is over.
  void resume();
  /// From inside.
  void suspend();
  std::function<void()> body;

 private:
  static void run();

  static constexpr std::size_t kStackBytes = 128 * 1024;
  bool has_started_ = false;
#ifndef ISOFLOP_SWAPS_CONTEXTS
  std::jmp_buf place_;
#endif
  ucontext_t context_;
  std::unique_ptr<char[]> stack_;
};

// --- what is under way ---------------------------------------------------------------------------

struct Thread;

/// Who waits for the same thing.
using Waiters = std::vector<Thread*>;

/// Opens when all members have arrived.
struct Meeting {
  unsigned num_arrived = 0;
  const char* what = "";  // they meet for
  bool somebody_left = false;
  Waiters waiters;
};

/// A box that TMA writes from shared memory, in two steps.
struct Store {
  std::function<void()> read, write;  // empty once done
  std::vector<std::uint32_t> chunks;  // that it reads
  void finish_reading();
  void finish();
};

/// 16 bytes that a thread has sent for.
struct Copy {
  std::function<void()> land;  // empty once done
  void finish();
};

/// The sums of a warp in products that were not waited for: 16 rows of up to 256 columns.
struct Sums {
  unsigned n = 0, num_open = 0;  // products
  std::array<float*, kWarp> registers{};
  std::array<std::array<float, 256>, 16> of;
};

/// The part of a warp in a product of its warpgroup.
struct Product {
  ProductShape shape;
  std::uint64_t left, right;
  bool keeps_sums;
  std::shared_ptr<Sums> sums = {};
  unsigned num_lanes = 0;  // that queued it
  bool is_done = false;
  std::vector<std::uint32_t> chunks = {};  // that it reads
  bool is_like(const Product& other) const {
    return shape == other.shape && left == other.left && right == other.right &&
           keeps_sums == other.keeps_sums;
  }
};

// --- threads ------------------------------------------------------------------------------------

struct Warp;
struct Block;

struct Thread {
  Fiber* fiber = nullptr;
  Block* block = nullptr;
  Warp* warp = nullptr;
  unsigned index = 0;  // in the block
  bool is_over = false;
  const char* waits_for = "";
  int place = 0;
  std::uint32_t barrier = 0;

  std::vector<std::uint32_t> unpublished_chunks, unpublished_barriers;
  std::vector<std::shared_ptr<Store>> open_stores;               // not committed
  std::deque<std::vector<std::shared_ptr<Store>>> store_groups;  // that may still read
  std::vector<std::shared_ptr<Store>> unfinished_stores;         // that may still write
  std::vector<std::shared_ptr<Copy>> open_copies;
  std::deque<std::vector<std::shared_ptr<Copy>>> copy_groups;
  std::uint64_t num_products = 0;            // queued
  std::deque<std::uint64_t> product_groups;  // where each ends, of those not waited for
  bool may_queue_products = false;           // begin_products since registers were given back

  unsigned lane() const { return index % kWarp; }
};

struct Warp {
  Block* block = nullptr;
  unsigned index = 0;  // in the block
  std::array<Thread*, kWarp> lanes{};
  bool is_slow = false;
  Meeting meeting;
  WarpValues values;
  std::array<std::uint32_t, kWarp> row_addresses;
  std::array<std::array<std::uint32_t, 4>, kWarp> fragments;
  std::uint64_t num_retired = 0;  // products before products.front()
  std::deque<Product> products;
  std::vector<std::shared_ptr<Sums>> open_sums;
  unsigned registers = 0;  // of a thread
};

/// A phase ends when `pending` is 0 and all bytes expected have come.
struct TransactionBarrier {
  std::uint32_t count = 0, pending = 0;
  std::int64_t bytes = 0;
  std::uint64_t num_phases = 0;
  bool is_published = false;
  Waiters waiters;

  /// A thread arrives and says how many more bytes are to come.
  void arrive(std::uint32_t expected);
  /// Bytes have come.
  void take(std::uint32_t came);
  void maybe_end_phase();
};

/// What is known of 16 bytes of shared memory.
struct Chunk {
  std::uint16_t writer = 0;  // 1 + the thread that wrote it and did not publish
  std::uint16_t loads = 0;   // under way to it
  std::uint16_t reads = 0;   // by products and stores, until they are waited for
  bool is_barrier = false;
};

/// What all warps of a warpgroup have to queue alike.
struct Warpgroup {
  std::uint64_t first = 0;
  std::deque<Product> products;
};

struct Block {
  static constexpr std::uint32_t kFirstAddress = 16;  // no multiple of 1024
  static constexpr std::uint32_t kChunkBytes = 16;

  unsigned index = 0;  // in the grid
  unsigned rank = 0;   // in the cluster
  std::vector<Warp> warps;
  std::vector<Warpgroup> warpgroups;
  unsigned num_left = 0;  // threads
  Meeting meeting;
  std::array<Meeting, 16> named_meetings;
  std::array<unsigned, 16> named_sizes{};
  std::vector<std::byte> memory;  // from address 0, of which the launch asked for that from 16 on
  std::vector<Chunk> chunks;
  std::map<std::uint32_t, TransactionBarrier> barriers;
  unsigned loads_under_way = 0;
  std::uint32_t free_registers = 0;
  Waiters register_waiters;

  void require(std::uint32_t address, std::size_t bytes, std::size_t alignment) const;
  Chunk& chunk(std::uint32_t address) { return chunks[address / kChunkBytes]; }
  /// By a thread, within 16 bytes. Aborts where something is under way there.
  void write(std::uint32_t address, const void* from, std::size_t bytes, Thread& writer);
  void read(std::uint32_t address, void* to, std::size_t bytes);
  /// A product or store begins to read, and ends.
  void begin_reading(const std::vector<std::uint32_t>& addresses);
  void end_reading(const std::vector<std::uint32_t>& addresses);
  /// A load to these 16 bytes begins, and ends.
  void begin_load(std::uint32_t address);
  void end_load(std::uint32_t address, const void* bytes);
  TransactionBarrier& barrier_at(std::uint32_t address);
};

/// The cluster that runs.
struct Machine {
  std::vector<Block> blocks;
  Meeting meeting;
  std::vector<std::function<void()>> under_way;
  std::mt19937_64 random;
};
extern Machine machine;
Thread& self();

unsigned draw(unsigned below);
/// The others may go on before this thread does.
void maybe_yield();
void yield_now();
void wait_in(Waiters& waiters, const char* what);
void wake(Waiters& waiters);
/// `by_last` is called by the last of the members before they go on.
void meet(Meeting& meeting, unsigned num_members, const char* what,
          const std::function<void()>& by_last = {});
void meet_warp(const char* what, const std::function<void()>& by_last = {});
void later(std::function<void()> work);
/// Called for a thread that leaves: aborts if it has anything under way.
void require_nothing_under_way(const Thread& thread);

/// Where 16 bytes of a box lie: bits 4 to 6 of an address are swizzled by bits 7 to 9.
constexpr std::uint32_t swizzled_address(std::uint32_t address) {
  return address ^ (((address >> 7) & 7u) << 4);
}

}  // namespace emulated_cuda
