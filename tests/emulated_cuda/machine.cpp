#include "machine.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>
#include <utility>

namespace emulated_cuda {

Index thread_index, block_index, grid_size, block_size;
Machine machine;

namespace {

unsigned seed = 1;
std::uint64_t num_launches = 0;
std::vector<Thread> threads;  // of all blocks of the cluster
std::deque<Fiber> fibers;     // theirs, and what is left of larger clusters
Thread* running = nullptr;
const std::function<void()>* thread_body = nullptr;

// Threads that can go on: those of quick warps and those of slow ones, which wait for all others.
std::array<std::vector<Thread*>, 2> ready;
// What is under way happens at once, soon, late, or when nobody can go on without it.
unsigned delay = 0;
unsigned turns_left = 0;

void make_ready(Thread& thread) { ready[thread.warp->is_slow ? 1 : 0].push_back(&thread); }

// Who is slow for a while, and how long memory takes.
void draw_speeds() {
  turns_left = 1 + draw(4000);
  constexpr std::array<unsigned, 4> kDelays = {1, 8, 256, 0};
  delay = kDelays[draw(4)];
  const unsigned share = draw(3);  // of four
  std::vector<Thread*> all;
  for (auto& list : ready) {
    all.insert(all.end(), list.begin(), list.end());
    list.clear();
  }
  for (Block& block : machine.blocks) {
    for (Warp& warp : block.warps) warp.is_slow = draw(4) < share;
  }
  for (Thread* thread : all) make_ready(*thread);
}

void do_some_work() {
  auto& work = machine.under_way;
  const std::size_t which = draw(static_cast<unsigned>(work.size()));
  const std::function<void()> now = std::move(work[which]);
  work[which] = std::move(work.back());
  work.pop_back();
  now();
}

// What is needed to see who waits for whom.
std::string everybody_waits() {
  std::map<std::string, unsigned> counts;
  for (const Block& block : machine.blocks) {
    for (const Warp& warp : block.warps) {
      for (const Thread* thread : warp.lanes) {
        if (thread->is_over) continue;
        std::string where = thread->waits_for;
        if (thread->barrier != 0) {
          const TransactionBarrier& x = block.barriers.at(thread->barrier);
          where += " " + std::to_string(thread->barrier) + " at place " +
                   std::to_string(thread->place) + " (" + std::to_string(x.pending) +
                   " arrivals and " + std::to_string(x.bytes) + " bytes are missing)";
        }
        ++counts["block " + std::to_string(block.index) + " warp " + std::to_string(warp.index) +
                 ": " + where];
      }
    }
  }
  std::string out = "everybody waits";
  for (const auto& [where, count] : counts) {
    out += "; " + where + " x " + std::to_string(count);
  }
  return out;
}

void leave() {
  Thread& thread = self();
  require_nothing_under_way(thread);
  Block& block = *thread.block;
  Warp& warp = *thread.warp;
  for (const Meeting* meeting : {&block.meeting, &warp.meeting, &machine.meeting}) {
    if (meeting->num_arrived > 0) fail("leaves while others wait for it");
  }
  block.meeting.somebody_left = warp.meeting.somebody_left = machine.meeting.somebody_left = true;
  thread.is_over = true;
  if (++block.num_left == block_size.x && block.loads_under_way > 0) {
    fail("leaves with loads under way to its shared memory");
  }
}

void start_thread(Thread& thread, Block& block, Warp& warp, unsigned index) {
  thread.block = &block;
  thread.warp = &warp;
  thread.index = index;
  warp.lanes[index % kWarp] = &thread;
  thread.fiber->body = [] {
    (*thread_body)();
    leave();
  };
}

void start_cluster(unsigned first_block, const Grid& grid) {
  machine.blocks.clear();
  machine.blocks.resize(grid.cluster);
  machine.meeting = {};
  machine.under_way.clear();
  for (auto& list : ready) list.clear();
  threads.clear();
  threads.resize(std::size_t{grid.cluster} * grid.threads);
  while (fibers.size() < threads.size()) fibers.emplace_back();
  std::size_t next = 0;
  for (unsigned rank = 0; rank < grid.cluster; ++rank) {
    Block& block = machine.blocks[rank];
    block.index = first_block + rank;
    block.rank = rank;
    block.warps.resize(grid.threads / kWarp);
    block.warpgroups.resize((block.warps.size() + 3) / 4);
    // Nobody may rely on zeros: NaN as bf16 and as float, and no small whole number.
    block.memory.resize(Block::kFirstAddress + grid.shared_bytes);
    for (std::size_t i = 0; i < block.memory.size(); ++i) {
      block.memory[i] = std::byte{static_cast<unsigned char>(i % 2 == 0 ? 0xcd : 0xff)};
    }
    block.chunks.resize(block.memory.size() / Block::kChunkBytes + 1);
    constexpr unsigned kRegisters = 65536, kStep = 8;  // of a multiprocessor; they are given in
    const unsigned each = std::min(255u, kRegisters / grid.threads / kStep * kStep);
    for (unsigned w = 0; w < block.warps.size(); ++w) {
      Warp& warp = block.warps[w];
      warp.block = &block;
      warp.index = w;
      warp.registers = each;
      for (unsigned t = w * kWarp; t < (w + 1) * kWarp; ++t) {
        threads[next].fiber = &fibers[next];
        start_thread(threads[next++], block, warp, t);
      }
    }
  }
  draw_speeds();
  for (std::size_t i = 0; i < next; ++i) make_ready(threads[i]);
}

void run_turn(std::vector<Thread*>& list) {
  const std::size_t which = draw(static_cast<unsigned>(list.size()));
  Thread& thread = *list[which];
  list[which] = list.back();
  list.pop_back();
  running = &thread;
  thread_index.x = thread.index;
  block_index.x = thread.block->index;
  thread.fiber->resume();
}

void run_cluster() {
  for (;;) {
    if (turns_left-- == 0) draw_speeds();
    const bool has_work = !machine.under_way.empty();
    if (has_work && delay != 0 && draw(delay) == 0) {
      do_some_work();
    } else if (!ready[0].empty()) {
      run_turn(ready[0]);
    } else if (!ready[1].empty() && (!has_work || draw(2) == 0)) {
      run_turn(ready[1]);
    } else if (has_work) {
      do_some_work();
    } else {
      break;
    }
  }
  for (const Block& block : machine.blocks) {
    if (block.num_left < block_size.x) fail(everybody_waits().c_str());
  }
}

}  // namespace

// --- fibers ------------------------------------------------------------------------------------
namespace {
#ifdef ISOFLOP_SWAPS_CONTEXTS
ucontext_t outside;
#else
std::jmp_buf outside;
#endif
Fiber* entered = nullptr;
}  // namespace

void Fiber::run() {
  for (;;) {
    entered->body();
    entered->suspend();
  }
}

void Fiber::resume() {
  entered = this;
  const bool begins = !has_started_;
  if (begins) {
    has_started_ = true;
    stack_ = std::make_unique_for_overwrite<char[]>(kStackBytes);
    getcontext(&context_);
    context_.uc_stack.ss_sp = stack_.get();
    context_.uc_stack.ss_size = kStackBytes;
    context_.uc_link = nullptr;
    makecontext(&context_, run, 0);
  }
#ifdef ISOFLOP_SWAPS_CONTEXTS
  swapcontext(&outside, &context_);
#else
  if (_setjmp(outside) == 0) {
    if (begins) setcontext(&context_);
    _longjmp(place_, 1);
  }
#endif
}

void Fiber::suspend() {
#ifdef ISOFLOP_SWAPS_CONTEXTS
  swapcontext(&context_, &outside);
#else
  if (_setjmp(place_) == 0) _longjmp(outside, 1);
#endif
}

// --- running -----------------------------------------------------------------------------------

void fail(const char* what) {
  std::fprintf(stderr, "emulated kernel: %s (block %u, thread %u, seed %u, launch %llu)\n", what,
               block_index.x, thread_index.x, seed, static_cast<unsigned long long>(num_launches));
  std::abort();
}

void set_seed(unsigned value) {
  seed = value;
  num_launches = 0;
}

void run_grid(const Grid& grid, const std::function<void()>& thread) {
  if (grid.blocks == 0 || grid.threads == 0 || grid.threads > kMostThreads ||
      grid.threads % kWarp != 0) {
    fail("a launch that no GPU takes, or with part of a warp");
  }
  if (grid.cluster == 0 || grid.cluster > 8 || grid.blocks % grid.cluster != 0) {
    fail("blocks that are no whole number of clusters, or more than 8 in one");
  }
  ++num_launches;
  machine.random.seed(seed + (num_launches << 32));
  grid_size.x = grid.blocks;
  block_size.x = grid.threads;
  thread_body = &thread;
  std::vector<unsigned> firsts;
  for (unsigned first = 0; first < grid.blocks; first += grid.cluster) firsts.push_back(first);
  std::shuffle(firsts.begin(), firsts.end(), machine.random);
  for (const unsigned first : firsts) {
    start_cluster(first, grid);
    run_cluster();
  }
}

Thread& self() { return *running; }

unsigned draw(unsigned below) { return static_cast<unsigned>(machine.random() % below); }

void yield_now() {
  make_ready(self());
  self().fiber->suspend();
}
void maybe_yield() {
  if (draw(4) == 0) yield_now();
}

void wait_in(Waiters& waiters, const char* what) {
  Thread& thread = self();
  thread.waits_for = what;
  waiters.push_back(&thread);
  thread.fiber->suspend();
}
void wake(Waiters& waiters) {
  for (Thread* thread : waiters) make_ready(*thread);
  waiters.clear();
}
void later(std::function<void()> work) { machine.under_way.push_back(std::move(work)); }

void meet(Meeting& meeting, unsigned num_members, const char* what,
          const std::function<void()>& by_last) {
  if (meeting.somebody_left) fail("waits for threads that have left");
  if (meeting.num_arrived > 0 && std::strcmp(meeting.what, what) != 0) {
    const std::string both = std::string("some call ") + what + ", others " + meeting.what;
    fail(both.c_str());
  }
  meeting.what = what;
  if (++meeting.num_arrived < num_members) {
    wait_in(meeting.waiters, what);
    return;
  }
  meeting.num_arrived = 0;
  if (by_last) by_last();
  wake(meeting.waiters);
}

void meet_warp(const char* what, const std::function<void()>& by_last) {
  meet(self().warp->meeting, kWarp, what, by_last);
}

void* dynamic_shared_memory() { return self().block->memory.data() + Block::kFirstAddress; }
void block_barrier() { meet(self().block->meeting, block_size.x, "__syncthreads"); }
void warp_barrier() { meet_warp("__syncwarp or an exchange"); }
WarpValues& warp_values() { return self().warp->values; }

void require_all_lanes(unsigned mask) {
  if (mask != 0xffffffffu) fail("an exchange of some lanes only");
}
void require_aligned(const void* address, std::size_t bytes) {
  if (reinterpret_cast<std::uintptr_t>(address) % bytes != 0) fail("a load that is not aligned");
}

}  // namespace emulated_cuda
