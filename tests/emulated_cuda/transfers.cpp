#include <algorithm>
#include <cstring>
#include <utility>

#include "emulated_hopper.hpp"
#include "machine.hpp"

// What comes and goes by itself: boxes of TMA and copies of 16 bytes.
namespace emulated_cuda {
namespace {

constexpr std::uint32_t kRowBytes = 128;  // of a box
constexpr std::uint32_t kAtom = 1024;     // rows of a swizzle
constexpr std::uint32_t kNumbers = 8;     // in a chunk

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
    block.barrier_at(barrier).take(bytes);
  });
}

template <class Item>
void finish_all(const std::vector<std::shared_ptr<Item>>& items, void (Item::*finish)()) {
  for (const auto& item : items) ((*item).*finish)();
}

}  // namespace

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

}  // namespace emulated_cuda
