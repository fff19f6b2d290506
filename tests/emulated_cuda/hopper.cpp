#include <algorithm>
#include <cstring>

#include "emulated_hopper.hpp"
#include "machine.hpp"

namespace emulated_cuda {

// --- shared memory -----------------------------------------------------------------------------

void Block::require(std::uint32_t address, std::size_t bytes, std::size_t alignment) const {
  if (address % alignment != 0) fail("an address of shared memory that is not aligned");
  if (address < kFirstAddress || address + bytes > memory.size()) {
    fail("an address beyond the shared memory that the launch asked for");
  }
}

void Block::write(std::uint32_t address, const void* from, std::size_t bytes, Thread& writer) {
  require(address, bytes, bytes);
  Chunk& x = chunk(address);
  if (x.is_barrier) fail("a write over a barrier");
  if (x.loads > 0) fail("a write to where a load is under way");
  if (x.reads > 0) fail("a write to what a product or store that was not waited for reads");
  std::memcpy(&memory[address], from, bytes);
  const auto mark = static_cast<std::uint16_t>(writer.index + 1);
  if (x.writer != mark) writer.unpublished_chunks.push_back(address);
  x.writer = mark;
}

void Block::read(std::uint32_t address, void* to, std::size_t bytes) {
  require(address, bytes, bytes);
  const Chunk& x = chunk(address);
  if (x.is_barrier) fail("a read of a barrier");
  if (x.loads > 0) fail("a read of what a load is under way to");
  std::memcpy(to, &memory[address], bytes);
}

void Block::begin_reading(const std::vector<std::uint32_t>& addresses) {
  for (const std::uint32_t address : addresses) {
    require(address, kChunkBytes, kChunkBytes);
    Chunk& x = chunk(address);
    if (x.is_barrier) fail("a product or store reads a barrier");
    if (x.loads > 0) fail("a product or store reads what a load is under way to");
    if (x.writer != 0) fail("a product or store reads what a thread wrote and did not publish");
    ++x.reads;
  }
}

void Block::end_reading(const std::vector<std::uint32_t>& addresses) {
  for (const std::uint32_t address : addresses) --chunk(address).reads;
}

void Block::begin_load(std::uint32_t address) {
  Chunk& x = chunk(address);
  if (x.is_barrier) fail("a load over a barrier");
  if (x.loads > 0) fail("two loads under way to one place");
  if (x.reads > 0) fail("a load to what a product or store that was not waited for reads");
  ++x.loads;
}

void Block::end_load(std::uint32_t address, const void* bytes) {
  --chunk(address).loads;
  std::memcpy(&memory[address], bytes, kChunkBytes);
}

TransactionBarrier& Block::barrier_at(std::uint32_t address) {
  const auto found = barriers.find(address);
  if (found == barriers.end()) fail("no barrier was made there");
  return found->second;
}

std::uint32_t shared_address(const void* pointer) {
  const auto& memory = self().block->memory;
  const auto* const at = static_cast<const std::byte*>(pointer);
  if (at < memory.data() || at > memory.data() + memory.size()) {
    fail("a pointer that is not to the shared memory of the launch");
  }
  return static_cast<std::uint32_t>(at - memory.data());
}
std::uint32_t first_shared_address() { return Block::kFirstAddress; }

void read_shared(std::uint32_t from, void* to, std::size_t bytes) {
  self().block->read(from, to, bytes);
}
void write_shared(std::uint32_t to, const void* from, std::size_t bytes) {
  self().block->write(to, from, bytes, self());
}

void publish_to_async_units() {
  Thread& thread = self();
  for (const std::uint32_t address : thread.unpublished_chunks) {
    Chunk& chunk = thread.block->chunk(address);
    if (chunk.writer == thread.index + 1) chunk.writer = 0;
  }
  thread.unpublished_chunks.clear();
}

// --- threads -----------------------------------------------------------------------------------

std::uint32_t rank_in_cluster() { return self().block->rank; }

void meet_cluster() {
  meet(machine.meeting, static_cast<unsigned>(machine.blocks.size()) * block_size.x,
       "meet_cluster");
}

void meet_threads(int id, unsigned num_threads) {
  Block& block = *self().block;
  if (id < 1 || id > 15) fail("a barrier of threads that is not 1 to 15");
  if (num_threads == 0 || num_threads % kWarp != 0 || num_threads > block_size.x) {
    fail("a barrier of threads that are no whole warps of the block");
  }
  const auto which = static_cast<std::size_t>(id);
  if (block.named_meetings[which].num_arrived > 0 && block.named_sizes[which] != num_threads) {
    fail("a barrier that threads count differently");
  }
  block.named_sizes[which] = num_threads;
  meet(block.named_meetings[which], num_threads, "meet_threads");
}

namespace {

void require_registers(unsigned registers) {
  if (registers < 24 || registers > 256 || registers % 8 != 0) {
    fail("a number of registers that is no multiple of 8 from 24 to 256");
  }
}

}  // namespace

void shrink_registers_to(unsigned registers) {
  require_registers(registers);
  Warp& warp = *self().warp;
  Block& block = *warp.block;
  meet_warp("shrink_registers_to", [&] {
    if (registers > warp.registers) fail("shrinks to more registers than it has");
    block.free_registers += (warp.registers - registers) * kWarp;
    warp.registers = registers;
    wake(block.register_waiters);
  });
}

void grow_registers_to(unsigned registers) {
  require_registers(registers);
  Warp& warp = *self().warp;
  Block& block = *warp.block;
  meet_warp("grow_registers_to", [&] {
    if (registers < warp.registers) fail("grows to fewer registers than it has");
    while (block.free_registers < (registers - warp.registers) * kWarp) {
      wait_in(block.register_waiters, "grow_registers_to");
    }
    block.free_registers -= (registers - warp.registers) * kWarp;
    warp.registers = registers;
  });
}

// --- mbarriers ---------------------------------------------------------------------------------

void TransactionBarrier::arrive(std::uint32_t expected) {
  if (pending == 0) fail("more arrivals than the barrier counts");
  bytes += expected;
  --pending;
  maybe_end_phase();
}

void TransactionBarrier::take(std::uint32_t came) {
  bytes -= came;
  maybe_end_phase();
}

void TransactionBarrier::maybe_end_phase() {
  constexpr std::int64_t kMostBytes = (1 << 20) - 1;
  if (bytes > kMostBytes || bytes < -kMostBytes) fail("more bytes than a barrier counts");
  if (pending > 0 || bytes != 0) return;
  ++num_phases;
  pending = count;
  wake(waiters);
}

void init_barrier(std::uint32_t barrier, std::uint32_t count) {
  Thread& thread = self();
  Block& block = *thread.block;
  constexpr std::uint32_t kBytes = 8, kMostArrivals = (1u << 20) - 1;
  block.require(barrier, kBytes, kBytes);
  if (count == 0 || count > kMostArrivals) fail("a barrier that counts to nothing");
  Chunk& chunk = block.chunk(barrier);
  if (chunk.loads > 0 || chunk.reads > 0) fail("a barrier where something is under way");
  chunk.is_barrier = true;
  if (!block.barriers.try_emplace(barrier).second) fail("a barrier that is there already");
  TransactionBarrier& x = block.barriers.at(barrier);
  x.count = x.pending = count;
  thread.unpublished_barriers.push_back(barrier);
  maybe_yield();
}

void publish_barriers() {
  Thread& thread = self();
  for (const std::uint32_t barrier : thread.unpublished_barriers) {
    thread.block->barrier_at(barrier).is_published = true;
  }
  thread.unpublished_barriers.clear();
}

void arrive(std::uint32_t barrier, std::uint32_t bytes) {
  self().block->barrier_at(barrier).arrive(bytes);
  maybe_yield();
}

void arrive_at(std::uint32_t barrier, std::uint32_t rank) {
  if (rank >= machine.blocks.size()) fail("arrives at a block that the cluster does not have");
  Block& block = machine.blocks[rank];
  if (block.num_left == block_size.x) fail("arrives at a block that has left");
  TransactionBarrier& x = block.barrier_at(barrier);
  if (&block != self().block && !x.is_published) fail("arrives at a barrier not published");
  x.arrive(0);
  maybe_yield();
}

bool has_passed(std::uint32_t barrier, std::uint32_t parity) {
  const bool passed = (self().block->barrier_at(barrier).num_phases & 1) != parity;
  constexpr unsigned kMost = 1'000'000;
  static unsigned num_asked = 0;  // in vain
  num_asked = passed ? 0 : num_asked + 1;
  if (num_asked > kMost) fail("asks for ever whether a barrier has passed");
  if (!passed) yield_now();
  return passed;
}

void wait_for(std::uint32_t barrier, std::uint32_t parity, int place) {
  Thread& thread = self();
  TransactionBarrier& x = thread.block->barrier_at(barrier);
  if (parity > 1) fail("a parity that is neither 0 nor 1");
  // Who sleeps until the next phase is over as well, waits for one more, as on a card.
  while ((x.num_phases & 1) == parity) {
    thread.barrier = barrier;
    thread.place = place;
    wait_in(x.waiters, "barrier");
    thread.barrier = 0;
  }
}

// --- fragments ---------------------------------------------------------------------------------

namespace {

// Lane, which half of its number, and place in the matrix: calls part(lane, half, row, column).
template <class Part>
void for_fragment(bool transposed, const Part& part) {
  for (unsigned lane = 0; lane < kWarp; ++lane) {
    for (unsigned half = 0; half < 2; ++half) {
      const unsigned major = lane / 4, minor = 2 * (lane % 4) + half;
      part(lane, half, transposed ? minor : major, transposed ? major : minor);
    }
  }
}

using Row = std::array<std::uint16_t, 8>;
using Matrices = std::array<std::array<Row, 8>, 4>;

}  // namespace

void store_fragments(std::uint32_t to, const std::uint32_t* values, bool transposed) {
  Warp& warp = *self().warp;
  const unsigned lane = self().lane();
  warp.row_addresses[lane] = to;
  std::copy_n(values, 4, warp.fragments[lane].begin());
  meet_warp(transposed ? "store_transposed" : "store_straight", [&] {
    Matrices matrices;
    for (std::size_t m = 0; m < matrices.size(); ++m) {
      for_fragment(transposed, [&](unsigned l, unsigned half, unsigned row, unsigned column) {
        matrices[m][row][column] = static_cast<std::uint16_t>(warp.fragments[l][m] >> (16 * half));
      });
      for (std::size_t row = 0; row < 8; ++row) {
        const std::size_t l = 8 * m + row;
        warp.block->write(warp.row_addresses[l], matrices[m][row].data(), sizeof(Row),
                          *warp.lanes[l]);
      }
    }
  });
}

void load_fragments(std::uint32_t from, std::uint32_t* values, bool transposed) {
  Warp& warp = *self().warp;
  const unsigned lane = self().lane();
  warp.row_addresses[lane] = from;
  meet_warp(transposed ? "load_transposed" : "load_straight", [&] {
    for (std::size_t m = 0; m < 4; ++m) {
      std::array<Row, 8> matrix;
      for (std::size_t row = 0; row < 8; ++row) {
        warp.block->read(warp.row_addresses[8 * m + row], matrix[row].data(), sizeof(Row));
      }
      for_fragment(transposed, [&](unsigned l, unsigned half, unsigned row, unsigned column) {
        std::uint32_t& value = warp.fragments[l][m];
        value = half == 0 ? matrix[row][column]
                          : value | (static_cast<std::uint32_t>(matrix[row][column]) << 16);
      });
    }
  });
  std::copy_n(warp.fragments[lane].begin(), 4, values);
}

// --- leaving -----------------------------------------------------------------------------------

void require_nothing_under_way(const Thread& thread) {
  if (!thread.open_stores.empty() || !thread.store_groups.empty()) {
    fail("leaves with stores that it did not wait for");
  }
  if (!thread.open_copies.empty() || !thread.copy_groups.empty()) {
    fail("leaves with copies that it did not wait for");
  }
  if (thread.num_products > thread.warp->num_retired) {
    fail("leaves with products that it did not wait for");
  }
}

}  // namespace emulated_cuda
