// What the emulation itself claims: where boxes, fragments and products find their numbers, and
// that it sees a wait, a count or a fence that is missing.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "catch.hpp"
#include "cuda/layer/inputs.hpp"
#include "cuda/wgmma/hopper.cuh"
#include "cuda/wgmma/tensor_map.hpp"
#include "cuda/wgmma/tile_plan.hpp"
#include "cuda/wgmma/wgmma.cuh"
#include "emulated_cuda.hpp"

using namespace isoflop::bench;
using namespace isoflop::bench::hopper;
using emulated_cuda::Grid;

namespace {

constexpr unsigned kSeeds = 8;
constexpr int kWarpgroup = 128;

/// What the emulation says of a kernel, "" where it ends well; in a process of its own, which may
/// abort.
std::string fault_of(const Grid& grid, const std::function<void()>& kernel) {
  int ends[2];
  REQUIRE(pipe(ends) == 0);
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    signal(SIGABRT, SIG_DFL);
    emulated_cuda::run_grid(grid, kernel);
    _exit(0);
  }
  close(ends[1]);
  std::string said;
  std::array<char, 256> some;
  for (ssize_t count = 0; (count = read(ends[0], some.data(), some.size())) > 0;) {
    said.append(some.data(), static_cast<std::size_t>(count));
  }
  close(ends[0]);
  int status = 0;
  waitpid(child, &status, 0);
  if (WIFEXITED(status)) return {};
  return said;
}

using Numbers = std::vector<__nv_bfloat16>;

Numbers numbers(std::size_t count, std::uint64_t seed) {
  Numbers out(count);
  for (std::size_t i = 0; i < count; ++i) out[i].bits = normal_bf16(seed, i, 1.0f);
  return out;
}

/// [outer, inner], in boxes of 64 columns.
CUtensorMap map_of(const Numbers& data, std::uint64_t inner, std::uint32_t box_rows) {
  return tensor_map(data.data(), std::array{inner, data.size() / inner}, std::array{2 * inner},
                    std::array{std::uint32_t{kDepthStep}, box_rows});
}

__nv_bfloat16 number_at(std::uint32_t box, int row, int column) {
  const uint4 bits = load_shared16(box + swizzled(row, column / 8));
  std::array<__nv_bfloat16, 8> eight;
  std::memcpy(eight.data(), &bits, sizeof(bits));
  return eight[static_cast<std::size_t>(column % 8)];
}

/// A barrier, and 1024 bytes after it the rest; all threads go on together.
constexpr std::uint32_t kBarrier = 1024, kBox = 2048, kShared = 40 * 1024;
void begin_block(std::uint32_t count = 1) {
  if (threadIdx.x == 0) {
    init_barrier(kBarrier, count);
    publish_barriers();
  }
  meet_cluster();
}

/// Operands not transposed have rows of 64 numbers, of which the first 16 are the depth.
float expected_sum(const Numbers& left, const Numbers& right, int row, int column, int n,
                   bool left_transposed, bool right_transposed) {
  float sum = 0.0f;
  for (int k = 0; k < 16; ++k) {
    const int i = left_transposed ? k * 64 + row : row * 64 + k;
    const int j = right_transposed ? k * n + column : column * 64 + k;
    sum += from_bf16(left[static_cast<std::size_t>(i)].bits) *
           from_bf16(right[static_cast<std::size_t>(j)].bits);
  }
  return sum;
}

/// 16 bytes of a matrix with rows of `width` numbers to boxes of 64 columns.
void put(std::uint32_t to, const Numbers& from, int width, int thread, int threads) {
  const int rows = static_cast<int>(from.size()) / width, chunks = width / 8;
  for (int i = thread; i < rows * chunks; i += threads) {
    const int row = i / chunks, chunk = i % chunks;
    emulated_cuda::write_shared(
        to + static_cast<std::uint32_t>(chunk / 8 * rows * kRowBytes) + swizzled(row, chunk % 8),
        &from[static_cast<std::size_t>(row * width + 8 * chunk)], 16);
  }
}

}  // namespace

TEST_CASE("emulated hopper: a box arrives swizzled, with zeros outside of the tensor",
          "[cuda][identity]") {
  const Numbers tensor = numbers(72 * 20, 1);
  const CUtensorMap map = map_of(tensor, 72, 16);
  for (unsigned seed = 1; seed <= kSeeds; ++seed) {
    emulated_cuda::set_seed(seed);
    unsigned num_wrong = 0;
    emulated_cuda::run_grid({1, 64, kShared}, [&] {
      begin_block();
      if (threadIdx.x == 0) {
        arrive_expecting(kBarrier, 16 * kRowBytes);
        load_box(&map, kBox, kBarrier, Place<2>{{40, 12}});
      }
      wait_for(kBarrier, 0, 0);
      for (int i = static_cast<int>(threadIdx.x); i < 16 * 64; i += 64) {
        const int row = i / 64, column = i % 64;
        const bool is_inside = 12 + row < 20 && 40 + column < 72;
        const std::uint16_t wanted =
            is_inside ? tensor[static_cast<std::size_t>((12 + row) * 72 + 40 + column)].bits : 0;
        if (number_at(kBox, row, column).bits != wanted) ++num_wrong;
      }
    });
    CHECK(num_wrong == 0);
  }
}

TEST_CASE("emulated hopper: a load to all blocks arrives in each with its bytes",
          "[cuda][identity]") {
  const Numbers tensor = numbers(64 * 8, 2);
  const CUtensorMap map = map_of(tensor, 64, 8);
  for (unsigned seed = 1; seed <= kSeeds; ++seed) {
    emulated_cuda::set_seed(seed);
    unsigned num_wrong = 0, num_compared = 0;
    emulated_cuda::run_grid(
        {.blocks = 6, .threads = 32, .shared_bytes = kShared, .cluster = 2}, [&] {
          begin_block();
          if (threadIdx.x == 0) {
            arrive_expecting(kBarrier, 8 * kRowBytes);
            if (rank_in_cluster() == 1) load_box_to_all(&map, kBox, kBarrier, Place<2>{{0, 0}}, 3);
          }
          wait_for(kBarrier, 0, 0);
          for (int column = 0; column < 64; ++column, ++num_compared) {
            const int row = static_cast<int>(threadIdx.x % 8);
            const auto wanted = tensor[static_cast<std::size_t>(row * 64 + column)].bits;
            if (number_at(kBox, row, column).bits != wanted) ++num_wrong;
          }
          meet_cluster();
        });
    CHECK(num_wrong == 0);
    CHECK(num_compared == 6 * 32 * 64);
  }
}

TEST_CASE("emulated hopper: a stored box is written inside of the tensor alone",
          "[cuda][identity]") {
  const Numbers before = numbers(72 * 20, 3);
  for (unsigned seed = 1; seed <= kSeeds; ++seed) {
    emulated_cuda::set_seed(seed);
    Numbers tensor = before;
    const CUtensorMap map = map_of(tensor, 72, 8);
    const Numbers box = numbers(8 * 64, 4);
    emulated_cuda::run_grid({1, 32, kShared}, [&] {
      put(kBox, box, 64, static_cast<int>(threadIdx.x), 32);
      publish_to_async_units();
      __syncthreads();
      if (threadIdx.x != 0) return;
      store_box(&map, kBox, Place<2>{{64, 15}});
      commit_stores();
      wait_for_stores();
    });
    for (int row = 0; row < 20; ++row) {
      for (int column = 0; column < 72; ++column) {
        const auto at = static_cast<std::size_t>(row * 72 + column);
        const bool is_stored = row >= 15 && column >= 64;
        const auto wanted =
            is_stored ? box[static_cast<std::size_t>((row - 15) * 64 + column - 64)] : before[at];
        REQUIRE(tensor[at].bits == wanted.bits);
      }
    }
  }
}

TEST_CASE("emulated hopper: products agree with loops for every form of their operands",
          "[cuda][identity]") {
  for (const bool left_transposed : {false, true}) {
    for (const bool right_transposed : {false, true}) {
      constexpr int kN = 128;
      const Numbers left = numbers(left_transposed ? 16 * 64 : 64 * 64, 5);
      const Numbers right = numbers(right_transposed ? 16 * kN : kN * 64, 6);
      constexpr std::uint32_t kLeft = 1024, kRight = kLeft + 64 * kRowBytes;
      float worst = 0.0f;
      emulated_cuda::run_grid({1, kWarpgroup, kShared}, [&] {
        const int t = static_cast<int>(threadIdx.x);
        put(kLeft, left, 64, t, kWarpgroup);
        put(kRight, right, right_transposed ? kN : 64, t, kWarpgroup);
        publish_to_async_units();
        __syncthreads();
        const std::uint64_t from_left = descriptor(kLeft);
        const std::uint64_t from_right = descriptor(kRight, right_transposed ? 16 * kRowBytes : 16);
        float sums[kN / 2];
        begin_products();
        auto queue = [&](int keep) {
          if (left_transposed) {
            right_transposed ? Wgmma<kN>::queue<1, 1>(sums, from_left, from_right, keep)
                             : Wgmma<kN>::queue<1, 0>(sums, from_left, from_right, keep);
          } else {
            right_transposed ? Wgmma<kN>::queue<0, 1>(sums, from_left, from_right, keep)
                             : Wgmma<kN>::queue<0, 0>(sums, from_left, from_right, keep);
          }
        };
        queue(0);
        queue(1);  // twice the product
        commit_products();
        if (sums[0] == sums[0]) emulated_cuda::fail("sums that are there before the wait");
        wait_for_products<0>();
        for (int i = 0; i < kN / 2; ++i) {
          const int row = 16 * (t / 32) + 8 * (i / 2 % 2) + t % 32 / 4;
          const int column = 8 * (i / 4) + 2 * (t % 4) + i % 2;
          const float wanted =
              2 * expected_sum(left, right, row, column, kN, left_transposed, right_transposed);
          worst = std::max(worst, std::abs(sums[i] - wanted));
        }
      });
      INFO(left_transposed << right_transposed);
      CHECK(worst < 1e-4f);  // sums of 32 products of size 1 in another order
    }
  }
}

TEST_CASE("emulated hopper: fragments are stored and loaded straight and transposed",
          "[cuda][identity]") {
  unsigned num_wrong = 0;
  emulated_cuda::run_grid({1, 32, kShared}, [&] {
    const unsigned lane = threadIdx.x;
    const std::uint32_t row = kBox + lane * 16;  // of matrix lane / 8
    Fragments mine;
    for (unsigned m = 0; m < 4; ++m) {  // in [r][c] of matrix m: 64 m + 8 r + c
      const std::uint32_t first = 64 * m + 8 * (lane / 4) + 2 * (lane % 4);
      mine.of[m] = first | ((first + 1) << 16);
    }
    store_straight(row, mine);
    __syncwarp();
    std::array<std::uint16_t, 8> numbers_of_row;
    emulated_cuda::read_shared(row, numbers_of_row.data(), 16);
    for (unsigned c = 0; c < 8; ++c) num_wrong += numbers_of_row[c] != 8 * lane + c ? 1 : 0;
    const Fragments turned = load_transposed(row);
    for (unsigned m = 0; m < 4; ++m) {  // column lane / 4, rows 2 (lane % 4) and the next
      const std::uint32_t first = 64 * m + 16 * (lane % 4) + lane / 4;
      num_wrong += turned.of[m] != (first | ((first + 8) << 16)) ? 1 : 0;
    }
    store_transposed(row + 1024, turned);
    __syncwarp();
    emulated_cuda::read_shared(row + 1024, numbers_of_row.data(), 16);
    for (unsigned c = 0; c < 8; ++c) num_wrong += numbers_of_row[c] != 8 * lane + c ? 1 : 0;
  });
  CHECK(num_wrong == 0);
}

TEST_CASE("emulated hopper: a kernel that forgets something is told so", "[cuda][refusal]") {
  const Numbers tensor = numbers(64 * 64, 7);
  Numbers target(64 * 64);
  const CUtensorMap map = map_of(tensor, 64, 8), to = map_of(target, 64, 8);
  constexpr std::uint32_t kBytes = 8 * kRowBytes;
  const auto load = [&] { load_box(&map, kBox, kBarrier, Place<2>{{0, 0}}); };
  const auto store = [&] {
    store_box(&to, kBox, Place<2>{{0, 0}});
    commit_stores();
  };
  const auto fill_box = [&] {
    for (std::uint32_t i = threadIdx.x; i < kBytes / 16; i += 32) clear_shared16(kBox + 16 * i);
  };
  const auto is_first = [] { return threadIdx.x == 0; };
  struct Case {
    const char* said;
    std::function<void()> kernel;
    unsigned cluster = 1;
  };
  const std::vector<Case> cases = {
      {"everybody waits",
       [&] {
         begin_block(2);
         if (is_first()) arrive(kBarrier);
         wait_for(kBarrier, 0, 3);
       }},
      {"1024 bytes are missing",
       [&] {
         begin_block();
         if (is_first()) {
           arrive_expecting(kBarrier, 2 * kBytes);
           load();
         }
         wait_for(kBarrier, 0, 3);
       }},
      {"more arrivals than the barrier counts",
       [&] {
         begin_block(2);
         if (is_first()) arrive_expecting(kBarrier, 1);
         if (threadIdx.x < 2) arrive(kBarrier);
       }},
      {"no barrier was made there",
       [&] {
         begin_block();
         arrive(kBarrier + 8);
       }},
      {"not published",
       [&] {
         if (is_first()) {
           init_barrier(kBarrier, 1);
           arrive_expecting(kBarrier, kBytes);
           load();
         }
       }},
      {"a read of what a load is under way to",
       [&] {
         begin_block();
         if (is_first()) {
           arrive_expecting(kBarrier, kBytes);
           load();
         }
         (void)load_shared16(kBox + 16 * threadIdx.x);
         wait_for(kBarrier, 0, 0);
       }},
      {"a box that does not begin at a multiple of 1024 bytes",
       [&] {
         begin_block();
         if (is_first()) load_box(&map, kBox + 512, kBarrier, Place<2>{{0, 0}});
       }},
      {"a tensor map of other dimensions",
       [&] {
         begin_block();
         if (is_first()) load_box(&map, kBox, kBarrier, Place<3>{{0, 0, 0}});
       }},
      {"beyond the shared memory that the launch asked for",
       [&] {
         begin_block();
         if (is_first()) load_box(&map, kShared, kBarrier, Place<2>{{0, 0}});
       }},
      {"an address of shared memory that is not aligned", [&] { clear_shared16(kBox + 8); }},
      {"did not publish",
       [&] {
         fill_box();
         __syncthreads();
         if (is_first()) store();
       }},
      {"a write to what a product or store that was not waited for reads",
       [&] {
         fill_box();
         publish_to_async_units();
         __syncthreads();
         if (is_first()) store();
         __syncthreads();
         fill_box();
       }},
      {"leaves with stores that it did not wait for",
       [&] {
         fill_box();
         publish_to_async_units();
         __syncthreads();
         if (is_first()) store();
       }},
      {"leaves with loads under way",
       [&] {
         begin_block();
         if (is_first()) {
           arrive_expecting(kBarrier, kBytes);
           load();
         }
       }},
      {"leaves with copies that it did not wait for",
       [&] {
         copy16(kBox + 16 * threadIdx.x, tensor.data(), 16);
         commit_copies();
       }},
      {"a read of what a load is under way to",
       [&] {
         copy16(kBox + 16 * threadIdx.x, tensor.data(), 16);
         commit_copies();
         (void)load_shared16(kBox + 16 * threadIdx.x);
         wait_for_copies<0>();
       }},
      {"some call",
       [&] {
         if (threadIdx.x < 16) begin_products();
         __syncwarp();
       }},
      {"a product of less than a warpgroup",
       [&] {
         float sums[4];
         begin_products();
         Wgmma<8>::queue<0, 0>(sums, descriptor(kBox), descriptor(kBox), 0);
       }},
      {"products without begin_products()",
       [&] {
         float sums[4];
         Wgmma<8>::queue<0, 0>(sums, descriptor(kBox), descriptor(kBox), 0);
       }},
      {"as its swizzle counts",
       [&] {
         float sums[4];
         begin_products();
         Wgmma<8>::queue<0, 0>(sums, descriptor(kBox + 128), descriptor(kBox), 0);
       }},
      {"arrives at a block that has left",
       [&] {
         begin_block(32);
         if (rank_in_cluster() == 0) return;
         for (int i = 0; i < 200; ++i) __syncwarp();
         arrive_at(kBarrier, 0);
       },
       2},
      {"everybody waits", [&] { grow_registers_to<256>(); }, 1},
  };
  for (const Case& c : cases) {
    const bool is_wgmma = std::string(c.said).find("swizzle") != std::string::npos;
    const Grid grid{.blocks = c.cluster,
                    .threads = is_wgmma ? 128u : 32u,
                    .shared_bytes = kShared,
                    .cluster = c.cluster};
    unsigned num_said = 0;  // not in every order, where it is a matter of time
    for (unsigned seed = 1; seed <= kSeeds; ++seed) {
      emulated_cuda::set_seed(seed);
      const std::string said = fault_of(grid, c.kernel);
      INFO(c.said << ", seed " << seed << ": " << said);
      const bool is_right = said.find(c.said) != std::string::npos;
      CHECK((is_right || said.empty()));
      num_said += is_right ? 1 : 0;
    }
    INFO(c.said);
    CHECK(num_said > 0);
  }
}

TEST_CASE("emulated hopper: some order shows a result that depends on it", "[cuda][identity]") {
  // A thread that reads what one of another warp writes, without a barrier.
  unsigned num_stale = 0;
  for (unsigned seed = 1; seed <= 4 * kSeeds; ++seed) {
    emulated_cuda::set_seed(seed);
    bool is_stale = false;
    emulated_cuda::run_grid({1, 64, kShared}, [&] {
      if (threadIdx.x == 0) clear_shared16(kBox);
      if (threadIdx.x == 32) is_stale = load_shared16(kBox).x != 0;
    });
    num_stale += is_stale ? 1 : 0;
  }
  CHECK(num_stale > 0);
  CHECK(num_stale < 4 * kSeeds);
}
