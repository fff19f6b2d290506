#include "emulated_cuda.hpp"

#include <ucontext.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <numeric>
#include <random>
#include <vector>

namespace emulated_cuda {

Index thread_index, block_index;

namespace {

[[noreturn]] void fail(const char* what) {
  std::fprintf(stderr, "emulated kernel: %s (block %u, thread %u)\n", what, block_index.x,
               thread_index.x);
  std::abort();
}

struct Fiber {
  static constexpr std::size_t kStackBytes = 64 * 1024;
  ucontext_t context;
  std::unique_ptr<char[]> stack = std::make_unique<char[]>(kStackBytes);
  bool is_over = false;
};

struct Barrier {
  unsigned num_waiting = 0;
  std::uint64_t num_opened = 0;
  bool somebody_left = false;
};

std::vector<Fiber> fibers(kMostThreads);
ucontext_t scheduler;
unsigned num_threads = 0;
const std::function<void()>* thread_body = nullptr;
bool somebody_moved = false;  // in this round: else all of them wait for ever
Barrier block;
std::array<Barrier, kMostThreads / kWarp> warps;
std::array<WarpValues, kMostThreads / kWarp> values_of_warps;
std::vector<std::byte> shared_memory;

void wait_at(Barrier& barrier, unsigned num_members) {
  if (barrier.somebody_left) fail("waits for threads that have left");
  somebody_moved = true;
  if (++barrier.num_waiting == num_members) {
    barrier.num_waiting = 0;
    ++barrier.num_opened;
    return;
  }
  const std::uint64_t before = barrier.num_opened;
  while (barrier.num_opened == before) {
    swapcontext(&fibers[thread_index.x].context, &scheduler);
  }
  somebody_moved = true;
}

void run_fiber() {
  (*thread_body)();
  Barrier& warp = warps[thread_index.x / kWarp];
  if (block.num_waiting > 0 || warp.num_waiting > 0) fail("leaves while others wait for it");
  block.somebody_left = warp.somebody_left = somebody_moved = true;
  Fiber& fiber = fibers[thread_index.x];
  fiber.is_over = true;
  swapcontext(&fiber.context, &scheduler);
}

void start_block(unsigned index, std::size_t shared_bytes) {
  block_index.x = index;
  block = {};
  warps.fill({});
  shared_memory.assign(shared_bytes, std::byte{0xcd});  // nobody may rely on zeros
  for (unsigned t = 0; t < num_threads; ++t) {
    Fiber& fiber = fibers[t];
    fiber.is_over = false;
    getcontext(&fiber.context);
    fiber.context.uc_stack.ss_sp = fiber.stack.get();
    fiber.context.uc_stack.ss_size = Fiber::kStackBytes;
    fiber.context.uc_link = nullptr;
    makecontext(&fiber.context, run_fiber, 0);
  }
}

std::vector<unsigned> numbers_below(unsigned count) {
  std::vector<unsigned> out(count);
  std::iota(out.begin(), out.end(), 0u);
  return out;
}

}  // namespace

void run_grid(unsigned blocks, unsigned threads, std::size_t shared_bytes,
              const std::function<void()>& thread) {
  if (blocks == 0 || threads == 0 || threads > kMostThreads || threads % kWarp != 0) {
    fail("a launch that no GPU takes, or with part of a warp");
  }
  std::mt19937 random(blocks);
  num_threads = threads;
  thread_body = &thread;
  std::vector<unsigned> order = numbers_below(threads), block_order = numbers_below(blocks);
  std::shuffle(block_order.begin(), block_order.end(), random);
  for (const unsigned index : block_order) {
    start_block(index, shared_bytes);
    for (bool all_over = false; !all_over;) {
      all_over = true;
      somebody_moved = false;
      std::shuffle(order.begin(), order.end(), random);
      for (const unsigned t : order) {
        if (fibers[t].is_over) continue;
        thread_index.x = t;
        swapcontext(&scheduler, &fibers[t].context);
        all_over = all_over && fibers[t].is_over;
      }
      if (!somebody_moved) fail("everybody waits");
    }
  }
}

void* dynamic_shared_memory() { return shared_memory.data(); }
void block_barrier() { wait_at(block, num_threads); }
void warp_barrier() { wait_at(warps[thread_index.x / kWarp], kWarp); }
WarpValues& warp_values() { return values_of_warps[thread_index.x / kWarp]; }

void require_all_lanes(unsigned mask) {
  if (mask != 0xffffffffu) fail("an exchange of some lanes only");
}
void require_aligned(const void* address, std::size_t bytes) {
  if (reinterpret_cast<std::uintptr_t>(address) % bytes != 0) fail("a load that is not aligned");
}

}  // namespace emulated_cuda
