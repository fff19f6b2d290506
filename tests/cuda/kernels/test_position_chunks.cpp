#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "catch.hpp"
#include "cuda/kernels/position_chunks.hpp"
#include "cuda/reference/positions.hpp"
#include "isoflop/core/random.hpp"

namespace position_chunks_test {

using namespace isoflop;
using namespace isoflop::bench;

namespace {

using Ints = std::vector<std::int32_t>;

/// counts, scan and turns of positions.cu, its blocks, warps and lanes one after the other; blocks
/// in backward order, for none may depend on another.
Ints ranks_by_chunks(const Ints& ids, std::int32_t num_experts) {
  const auto num_slots = static_cast<std::int64_t>(ids.size());
  const std::int64_t chunk = slots_per_chunk(num_experts),
                     chunks = num_chunks(num_slots, num_experts);
  std::vector<Ints> next(static_cast<std::size_t>(chunks),
                         Ints(static_cast<std::size_t>(num_experts), 0));
  auto id = [&](std::int64_t slot) { return ids[static_cast<std::size_t>(slot)]; };
  for (std::int64_t slot = 0; slot < num_slots; ++slot) {
    ++next[static_cast<std::size_t>(slot / chunk)][static_cast<std::size_t>(id(slot))];
  }
  for (std::size_t e = 0; e < static_cast<std::size_t>(num_experts); ++e) {
    std::int32_t before = 0;
    for (Ints& counts : next) before += std::exchange(counts[e], before);
  }
  Ints ranks(ids.size(), -1);
  for (std::int64_t c = chunks - 1; c >= 0; --c) {
    Ints& next_rank = next[static_cast<std::size_t>(c)];
    const std::int64_t end = std::min((c + 1) * chunk, num_slots);
    for (std::int64_t warp = c * chunk; warp < end; warp += 32) {
      const auto lanes = static_cast<std::uint32_t>(std::min<std::int64_t>(32, end - warp));
      std::vector<std::pair<std::size_t, std::int32_t>> updates;
      for (std::uint32_t lane = 0; lane < lanes; ++lane) {
        std::uint32_t peers = 0;
        for (std::uint32_t other = 0; other < lanes; ++other) {
          if (id(warp + other) == id(warp + lane)) peers |= 1u << other;
        }
        const auto expert = static_cast<std::size_t>(id(warp + lane));
        const std::int32_t rank = rank_among_peers(peers, lane);
        ranks[static_cast<std::size_t>(warp + lane)] = next_rank[expert] + rank;
        if (rank == 0) updates.emplace_back(expert, count_bits(peers));
      }
      for (const auto& [expert, count] : updates) next_rank[expert] += count;
    }
  }
  return ranks;
}

struct Case {
  std::string name;
  std::int32_t num_experts;
  Ints ids;
};

std::vector<Case> cases() {
  Random random(7);
  std::vector<Case> out;
  auto add = [&](const std::string& name, std::int32_t num_experts, std::size_t slots, auto id) {
    Ints ids(slots);
    for (std::size_t i = 0; i < slots; ++i) ids[i] = static_cast<std::int32_t>(id(i));
    out.push_back({name, num_experts, ids});
  };
  add("one slot", 3, 1, [](std::size_t) { return 2; });
  add("all to one", 64, 5000, [](std::size_t) { return 63; });
  add("one chunk exactly", 64, 2048, [&](std::size_t) { return random.below(64); });
  add("one more than a chunk", 64, 2049, [&](std::size_t) { return random.below(64); });
  add("in turn", 7, 10007, [](std::size_t i) { return i % 7; });
  add("every second expert empty", 100, 9999, [&](std::size_t) { return 2 * random.below(50); });
  add("many experts", 4097, 20000, [&](std::size_t) { return random.below(4097); });
  add("skewed", 256, 8191, [&](std::size_t) { return random.below(1 + random.below(256)); });
  return out;
}

}  // namespace

TEST_CASE("positions: chunks give every slot the rank of a walk through all", "[bench][identity]") {
  for (const Case& c : cases()) {
    const Ints ranks = ranks_by_chunks(c.ids, c.num_experts);
    for (const std::int32_t capacity : {0, 40}) {
      INFO(c.name << ", capacity " << capacity);
      const Positions expected = find_positions(c.ids, static_cast<std::uint64_t>(c.num_experts),
                                                static_cast<std::uint64_t>(capacity));
      Ints row_of;
      for (std::size_t slot = 0; slot < c.ids.size(); ++slot) {
        const std::int32_t expert = c.ids[slot];
        row_of.push_back(row_of_rank(expected.offsets[static_cast<std::size_t>(expert)],
                                     ranks[slot], expert, capacity));
      }
      CHECK(row_of == expected.row_of);
    }
  }
}

TEST_CASE("positions: counts of chunks take no more room than the slots of whole chunks",
          "[bench][identity]") {
  for (const std::int64_t num_experts : {1, 8, 2048, 2049, 4096, 10000}) {
    const std::int64_t chunk = slots_per_chunk(num_experts);
    CHECK(chunk % kSlotsPerTurn == 0);
    CHECK(num_experts <= chunk);
    for (const std::int64_t slots : {std::int64_t{1}, chunk, chunk + 1, 10 * chunk}) {
      CHECK(num_chunks(slots, num_experts) * chunk >= slots);
      CHECK((num_chunks(slots, num_experts) - 1) * chunk < slots);
    }
  }
}

}  // namespace position_chunks_test
