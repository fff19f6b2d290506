#include <algorithm>
#include <cstring>
#include <utility>

#include "emulated_hopper.hpp"
#include "machine.hpp"

namespace emulated_cuda {
namespace {

constexpr std::uint32_t kRowBytes = 128;  // of a box
constexpr std::uint32_t kAtom = 1024;     // rows of a swizzle
constexpr std::uint32_t kNumbers = 8;     // in a chunk

void require_phase(TransactionBarrier& x) {
  constexpr std::int64_t kMostBytes = (1 << 20) - 1;
  if (x.bytes > kMostBytes || x.bytes < -kMostBytes) fail("more bytes than a barrier counts");
  if (x.pending > 0 || x.bytes != 0) return;
  ++x.num_phases;
  x.pending = x.count;
  wake(x.waiters);
}

void arrive_there(TransactionBarrier& x, std::uint32_t bytes) {
  if (x.pending == 0) fail("more arrivals than the barrier counts");
  x.bytes += bytes;
  --x.pending;
  require_phase(x);
}

// The 16 bytes of a box one after the other, as they lie in shared memory before they are swizzled:
// calls part(offset, where each of their numbers is in the tensor, or null outside of it).
template <class Part>
void for_chunks(const CUtensorMap& map, const int* at, const Part& part) {
  std::uint32_t num_rows = 1;
  for (int d = 1; d < map.rank; ++d) num_rows *= map.box[d];
  for (std::uint32_t row = 0; row < num_rows; ++row) {
    bool is_inside = true;
    std::uint64_t offset = 0;
    std::uint32_t rest = row;
    for (int d = 1; d < map.rank; ++d) {
      const std::int64_t place = at[d] + static_cast<std::int64_t>(rest % map.box[d]);
      rest /= map.box[d];
      is_inside = is_inside && place >= 0 && place < static_cast<std::int64_t>(map.sizes[d]);
      offset += static_cast<std::uint64_t>(place) * map.strides[d];
    }
    for (std::uint32_t c = 0; c < map.box[0] / kNumbers; ++c) {
      std::array<char*, kNumbers> numbers{};
      for (std::uint32_t i = 0; i < kNumbers; ++i) {
        const std::int64_t place = at[0] + static_cast<std::int64_t>(c * kNumbers + i);
        if (is_inside && place >= 0 && place < static_cast<std::int64_t>(map.sizes[0])) {
          numbers[i] = map.data + offset + 2 * static_cast<std::uint64_t>(place);
        }
      }
      part(row * kRowBytes + c * Block::kChunkBytes, numbers);
    }
  }
}

std::uint32_t box_bytes(const CUtensorMap& map) {
  std::uint32_t bytes = 2;
  for (int d = 0; d < map.rank; ++d) bytes *= map.box[d];
  return bytes;
}

void require_box(const CUtensorMap& map, std::uint32_t address, int rank) {
  if (map.data == nullptr) fail("a tensor map that was never made");
  if (map.rank != rank) fail("a tensor map of other dimensions");
  if (address % kAtom != 0) fail("a box that does not begin at a multiple of 1024 bytes");
  self().block->require(address, box_bytes(map), kAtom);
}

// One block's part of a load.
void load_to(Block& block, const CUtensorMap& map, std::uint32_t to, std::uint32_t barrier,
             const std::array<int, CUtensorMap::kMostRank>& at) {
  if (block.num_left == block_size.x) fail("a load to a block that has left");
  if (!block.barrier_at(barrier).is_published) fail("a load for a barrier that was not published");
  const std::uint32_t bytes = box_bytes(map);
  for (std::uint32_t i = 0; i < bytes; i += Block::kChunkBytes) {
    if (block.chunk(to + i).writer != 0) {
      fail("a load to what a thread wrote and did not publish");
    }
    block.begin_load(to + i);
  }
  ++block.loads_under_way;
  later([=, &block] {
    for_chunks(map, at.data(), [&](std::uint32_t offset, const auto& numbers) {
      std::array<std::uint16_t, kNumbers> values{};
      for (std::size_t i = 0; i < kNumbers; ++i) {
        if (numbers[i] != nullptr) std::memcpy(&values[i], numbers[i], sizeof(values[i]));
      }
      block.end_load(swizzled_address(to + offset), values.data());
    });
    --block.loads_under_way;
    TransactionBarrier& x = block.barrier_at(barrier);
    x.bytes -= bytes;
    require_phase(x);
  });
}

template <class Item>
void finish_all(const std::vector<std::shared_ptr<Item>>& items, void (Item::*finish)()) {
  for (const auto& item : items) ((*item).*finish)();
}

}  // namespace

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
  arrive_there(self().block->barrier_at(barrier), bytes);
  maybe_yield();
}

void arrive_at(std::uint32_t barrier, std::uint32_t rank) {
  if (rank >= machine.blocks.size()) fail("arrives at a block that the cluster does not have");
  Block& block = machine.blocks[rank];
  if (block.num_left == block_size.x) fail("arrives at a block that has left");
  TransactionBarrier& x = block.barrier_at(barrier);
  if (&block != self().block && !x.is_published) fail("arrives at a barrier not published");
  arrive_there(x, 0);
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

// --- TMA ---------------------------------------------------------------------------------------

void load_box(const CUtensorMap& map, std::uint32_t to, std::uint32_t barrier, const int* at,
              int rank, std::uint16_t blocks) {
  require_box(map, to, rank);
  std::array<int, CUtensorMap::kMostRank> place{};
  std::copy_n(at, rank, place.begin());
  if ((blocks >> machine.blocks.size()) != 0) fail("a load to a block that the cluster has not");
  if (blocks == 0) load_to(*self().block, map, to, barrier, place);
  for (Block& block : machine.blocks) {
    if (((blocks >> block.rank) & 1) != 0) load_to(block, map, to, barrier, place);
  }
  maybe_yield();
}

void Store::finish_reading() {
  if (auto work = std::exchange(read, {})) work();
}
void Store::finish() {
  finish_reading();
  if (auto work = std::exchange(write, {})) work();
}

void store_box(const CUtensorMap& map, std::uint32_t from, const int* at, int rank) {
  require_box(map, from, rank);
  Thread& thread = self();
  Block& block = *thread.block;
  std::array<int, CUtensorMap::kMostRank> place{};
  std::copy_n(at, rank, place.begin());
  const auto store = std::make_shared<Store>();
  for_chunks(map, place.data(), [&](std::uint32_t offset, const auto& numbers) {
    if (std::any_of(numbers.begin(), numbers.end(), [](const char* x) { return x != nullptr; })) {
      store->chunks.push_back(swizzled_address(from + offset));
    }
  });
  block.begin_reading(store->chunks);
  const auto bytes = std::make_shared<std::vector<std::byte>>();
  store->read = [=, &block] {
    bytes->resize(box_bytes(map));
    for (std::uint32_t i = 0; i < bytes->size(); i += Block::kChunkBytes) {
      std::memcpy(&(*bytes)[i], &block.memory[swizzled_address(from + i)], Block::kChunkBytes);
    }
  };
  store->write = [=] {
    for_chunks(map, place.data(), [&](std::uint32_t offset, const auto& numbers) {
      for (std::size_t i = 0; i < kNumbers; ++i) {
        if (numbers[i] != nullptr) std::memcpy(numbers[i], &(*bytes)[offset + 2 * i], 2);
      }
    });
  };
  later([store] {
    store->finish_reading();
    later([store] { store->finish(); });
  });
  thread.open_stores.push_back(store);
  thread.unfinished_stores.push_back(store);
  maybe_yield();
}

void commit_stores() {
  Thread& thread = self();
  thread.store_groups.push_back(std::exchange(thread.open_stores, {}));
}

void wait_until_stores_have_read(std::size_t num_left) {
  Thread& thread = self();
  while (thread.store_groups.size() > num_left) {
    for (const auto& store : thread.store_groups.front()) {
      store->finish_reading();
      thread.block->end_reading(store->chunks);
    }
    thread.store_groups.pop_front();
  }
  maybe_yield();
}

void wait_for_stores() {
  Thread& thread = self();
  wait_until_stores_have_read(0);
  if (!thread.open_stores.empty()) return;  // those are not waited for, and abort at the end
  finish_all(thread.unfinished_stores, &Store::finish);
  thread.unfinished_stores.clear();
}

// --- copies of 16 bytes ------------------------------------------------------------------------

void Copy::finish() {
  if (auto work = std::exchange(land, {})) work();
}

void copy16(std::uint32_t to, const void* from, std::uint32_t bytes) {
  Thread& thread = self();
  Block& block = *thread.block;
  block.require(to, Block::kChunkBytes, Block::kChunkBytes);
  if (bytes != 0 && bytes != Block::kChunkBytes) fail("a copy of part of 16 bytes");
  require_aligned(from, Block::kChunkBytes);
  block.begin_load(to);
  const auto copy = std::make_shared<Copy>();
  copy->land = [=, &thread, &block] {
    std::array<std::byte, Block::kChunkBytes> values{};
    if (bytes > 0) std::memcpy(values.data(), from, bytes);
    block.end_load(to, values.data());
    block.write(to, values.data(), values.size(), thread);
  };
  later([copy] { copy->finish(); });
  thread.open_copies.push_back(copy);
}

void commit_copies() {
  Thread& thread = self();
  thread.copy_groups.push_back(std::exchange(thread.open_copies, {}));
}

void wait_for_copies(std::size_t num_left) {
  Thread& thread = self();
  while (thread.copy_groups.size() > num_left) {
    finish_all(thread.copy_groups.front(), &Copy::finish);
    thread.copy_groups.pop_front();
  }
}

void publish_to_async_units() {
  Thread& thread = self();
  for (const std::uint32_t address : thread.unpublished_chunks) {
    Chunk& chunk = thread.block->chunk(address);
    if (chunk.writer == thread.index + 1) chunk.writer = 0;
  }
  thread.unpublished_chunks.clear();
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
