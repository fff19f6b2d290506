#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <utility>

#include "cuda/layer/inputs.hpp"
#include "emulated_hopper.hpp"
#include "machine.hpp"

namespace emulated_cuda {
namespace {

constexpr unsigned kRows = 16;    // of a warp; 64 of a warpgroup
constexpr unsigned kDepth = 16;   // of a product
constexpr unsigned kWarps = 4;    // of a warpgroup
constexpr unsigned kNumbers = 8;  // in a chunk

// What a descriptor says; "PTX ISA" 9.0, "Matrix descriptor".
struct Operand {
  std::uint32_t start, lead, stride;
  bool is_transposed;
};

Operand operand_of(std::uint64_t descriptor, bool is_transposed) {
  const auto field = [&](int bit) {
    return static_cast<std::uint32_t>((descriptor >> bit) & 0x3fffu) << 4;
  };
  constexpr std::uint64_t kKnown = 0x3fffu | (std::uint64_t{0x3fff} << 16) |
                                   (std::uint64_t{0x3fff} << 32) | (std::uint64_t{3} << 62);
  if ((descriptor & ~kKnown) != 0 || descriptor >> 62 != 1) {
    fail("a descriptor of other than a swizzle of 128 bytes from a multiple of 1024 bytes");
  }
  const Operand x{field(0), field(16), field(32), is_transposed};
  if ((x.start & 0x380u) != 0 || x.lead % 16 != 0 || x.stride % 1024 != 0) {
    fail("an operand that does not lie as its swizzle counts");
  }
  return x;
}

// Calls chunk(address, first of M or N, first of the depth) for each 16 bytes of `count` of M or N
// from `first` on. Not transposed, they hold 8 of the depth; transposed, 8 of M or N.
template <class Part>
void for_chunks(const Operand& x, unsigned first, unsigned count, const Part& part) {
  if (x.is_transposed) {
    for (unsigned k = 0; k < kDepth; ++k) {
      const std::uint32_t row = x.start + k % 8 * 128 + k / 8 * x.stride;
      for (unsigned i = first; i < first + count; i += kNumbers) {
        part(swizzled_address(row + i / 64 * x.lead + i % 64 * 2), i - first, k);
      }
    }
  } else {
    for (unsigned i = first; i < first + count; ++i) {
      const std::uint32_t row = x.start + i / 8 * x.stride + i % 8 * 128;
      for (unsigned k = 0; k < kDepth; k += kNumbers) {
        part(swizzled_address(row + 2 * k), i - first, k);
      }
    }
  }
}

unsigned first_row(const Warp& warp) { return kRows * (warp.index % kWarps); }

using Columns = std::array<std::array<float, 256>, kDepth>;  // [depth][M or N]

void fetch(const Block& block, const Operand& x, unsigned first, unsigned count, Columns& out) {
  for_chunks(x, first, count, [&](std::uint32_t address, unsigned i, unsigned k) {
    std::array<std::uint16_t, kNumbers> bits;
    std::memcpy(bits.data(), &block.memory[address], sizeof(bits));
    for (unsigned j = 0; j < kNumbers; ++j) {
      (x.is_transposed ? out[k][i + j] : out[k + j][i]) = isoflop::bench::from_bf16(bits[j]);
    }
  });
}

void run_product(Warp& warp, Product& x) {
  Columns left, right;
  fetch(*warp.block, operand_of(x.left, x.shape.left_transposed), first_row(warp), kRows, left);
  fetch(*warp.block, operand_of(x.right, x.shape.right_transposed), 0, x.shape.n, right);
  for (unsigned row = 0; row < kRows; ++row) {
    auto& sums = x.sums->of[row];
    for (unsigned column = 0; column < x.shape.n; column += kNumbers) {
      std::array<float, kNumbers> sum{};
      if (x.keeps_sums) std::copy_n(&sums[column], kNumbers, sum.begin());
      for (unsigned k = 0; k < kDepth; ++k) {
        for (unsigned j = 0; j < kNumbers; ++j) sum[j] += left[k][row] * right[k][column + j];
      }
      std::copy_n(sum.begin(), kNumbers, &sums[column]);
    }
  }
  x.is_done = true;
}

// Those of a warp are done in order.
void run_until(Warp& warp, std::uint64_t end) {
  for (std::uint64_t i = 0; i < end - warp.num_retired; ++i) {
    Product& x = warp.products[i];
    if (!x.is_done) run_product(warp, x);
  }
}

void run_next(Warp& warp) {
  const auto next = std::find_if(warp.products.begin(), warp.products.end(),
                                 [](const Product& x) { return !x.is_done; });
  if (next != warp.products.end() && next->num_lanes == kWarp) run_product(warp, *next);
}

// Place of a thread's sum.
struct SumPlace {
  unsigned row, column;
};
SumPlace place_of(unsigned lane, unsigned sum) {
  return {8 * (sum / 2 % 2) + lane / 4, 8 * (sum / 4) + 2 * (lane % 4) + sum % 2};
}

void take_registers(Sums& sums, unsigned lane, float* registers) {
  sums.registers[lane] = registers;
  for (unsigned i = 0; i < sums.n / 2; ++i) {
    const SumPlace at = place_of(lane, i);
    sums.of[at.row][at.column] = registers[i];
    registers[i] = std::numeric_limits<float>::quiet_NaN();
  }
}

void give_registers_back(const Sums& sums) {
  for (unsigned lane = 0; lane < kWarp; ++lane) {
    for (unsigned i = 0; i < sums.n / 2; ++i) {
      const SumPlace at = place_of(lane, i);
      sums.registers[lane][i] = sums.of[at.row][at.column];
    }
  }
}

// The sums in these registers of this lane, which may be in products already.
std::shared_ptr<Sums> sums_of(Warp& warp, unsigned lane, float* registers, unsigned n) {
  for (const auto& sums : warp.open_sums) {
    float* const begin = sums->registers[lane];
    if (begin == registers && sums->n == n) return sums;
    if (begin < registers + n / 2 && registers < begin + sums->n / 2) {
      fail("products of several shapes to the same sums, without a wait between them");
    }
  }
  const auto sums = std::make_shared<Sums>();
  sums->n = n;
  warp.open_sums.push_back(sums);
  return sums;
}

// All warps of a warpgroup queue the same products.
void require_alike(Block& block, const Warp& warp, std::uint64_t which, const Product& x) {
  Warpgroup& group = block.warpgroups[warp.index / kWarps];
  if (block.warps.size() < (warp.index / kWarps + 1) * kWarps) {
    fail("a product of less than a warpgroup");
  }
  if (which - group.first == group.products.size()) {
    group.products.push_back({x.shape, x.left, x.right, x.keeps_sums});
  } else if (!group.products[which - group.first].is_like(x)) {
    fail("warps of a warpgroup with different products");
  }
}

// Forgets products that all four warps have waited for.
void forget_products(Block& block, const Warp& warp) {
  const std::size_t first = warp.index / kWarps * kWarps;
  std::uint64_t least = warp.num_retired;
  for (std::size_t w = first; w < first + kWarps; ++w) {
    least = std::min(least, block.warps[w].num_retired);
  }
  Warpgroup& group = block.warpgroups[warp.index / kWarps];
  for (; group.first < least; ++group.first) group.products.pop_front();
}

void retire_until(Warp& warp, std::uint64_t end) {
  run_until(warp, end);
  for (; warp.num_retired < end; ++warp.num_retired) {
    Product& x = warp.products.front();
    warp.block->end_reading(x.chunks);
    if (--x.sums->num_open == 0) {
      give_registers_back(*x.sums);
      std::erase(warp.open_sums, x.sums);
      for (Thread* lane : warp.lanes) lane->may_queue_products = false;
    }
    warp.products.pop_front();
  }
  forget_products(*warp.block, warp);
}

}  // namespace

void begin_products() {
  meet_warp("begin_products");
  self().may_queue_products = true;
}

void queue_product(const ProductShape& shape, float* sums, std::uint64_t left, std::uint64_t right,
                   bool keeps_sums) {
  Thread& thread = self();
  Warp& warp = *thread.warp;
  const unsigned lane = thread.lane();
  if (!thread.may_queue_products) fail("products without begin_products()");
  const std::uint64_t which = thread.num_products++;
  if (which < warp.num_retired) fail("a product that other lanes have not queued");
  if (which - warp.num_retired == warp.products.size()) {
    operand_of(left, shape.left_transposed);  // both must be possible
    operand_of(right, shape.right_transposed);
    Product x{shape, left, right, keeps_sums};
    x.sums = sums_of(warp, lane, sums, shape.n);
    ++x.sums->num_open;
    require_alike(*warp.block, warp, which, x);
    warp.products.push_back(std::move(x));
  }
  Product& x = warp.products[which - warp.num_retired];
  if (!x.is_like({shape, left, right, keeps_sums})) fail("lanes of a warp with different products");
  if (x.sums->registers[lane] == nullptr) take_registers(*x.sums, lane, sums);
  if (x.sums->registers[lane] != sums) fail("lanes of a warp with different sums");
  if (++x.num_lanes < kWarp) return;
  auto note = [&](std::uint32_t address, unsigned, unsigned) { x.chunks.push_back(address); };
  for_chunks(operand_of(left, shape.left_transposed), first_row(warp), kRows, note);
  for_chunks(operand_of(right, shape.right_transposed), 0, shape.n, note);
  warp.block->begin_reading(x.chunks);
  later([&warp] { run_next(warp); });
}

void commit_products() { self().product_groups.push_back(self().num_products); }

void wait_for_products(std::size_t num_left) {
  Thread& thread = self();
  Warp& warp = *thread.warp;
  meet_warp("wait_for_products", [&] {
    for (const Thread* lane : warp.lanes) {
      if (lane->num_products != thread.num_products ||
          lane->product_groups != thread.product_groups) {
        fail("lanes of a warp that queued or committed different products");
      }
    }
    std::uint64_t end = warp.num_retired;
    while (thread.product_groups.size() > num_left) {
      end = thread.product_groups.front();
      for (Thread* lane : warp.lanes) lane->product_groups.pop_front();
    }
    retire_until(warp, end);
  });
}

}  // namespace emulated_cuda
