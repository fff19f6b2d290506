#include <algorithm>
#include <numeric>

#include "catch.hpp"
#include "cuda/reference/positions.hpp"
#include "cuda/routing/routing.hpp"
#include "isoflop/error.hpp"

namespace positions_test {

using namespace isoflop::bench;
using isoflop::MoeLayer;

namespace {

struct Case {
  std::uint64_t num_experts;
  std::uint64_t top_k;
  std::vector<std::int32_t> ids;
};

// Random and adversarial: one token; all tokens to one expert; every expert for every token; most
// experts empty; ids in falling order.
std::vector<Case> cases() {
  std::vector<Case> out;
  for (const std::uint64_t seed : {1u, 2u, 3u}) {
    for (const char* text : {"multinomial", "balanced", "zipf:1"}) {
      const MoeLayer layer{.tokens = 100, .d_model = 8, .experts = {8, 24, 8, 5}};
      out.push_back({24, 5, forced_ids(parse_routing(text), layer, seed)});
    }
  }
  out.push_back({9, 1, {7}});
  out.push_back({9, 1, std::vector<std::int32_t>(300, 4)});
  std::vector<std::int32_t> all;
  for (int i = 0; i < 160; ++i) all.push_back(15 - i % 16);
  out.push_back({16, 16, all});
  out.push_back({4096, 2, {4095, 0, 0, 4095, 17, 4095}});
  return out;
}

}  // namespace

TEST_CASE("find_positions: maps kept slots and rows one to one by expert", "[bench][identity]") {
  for (const Case& c : cases()) {
    for (const std::uint64_t capacity : {0, 1, 8, 1000}) {
      const Positions p = find_positions(c.ids, c.num_experts, capacity);
      std::size_t kept = 0;
      for (std::size_t slot = 0; slot < c.ids.size(); ++slot) {
        if (p.row_of[slot] == kDropped) continue;
        ++kept;
        const auto row = static_cast<std::size_t>(p.row_of[slot]);
        const auto e = static_cast<std::size_t>(c.ids[slot]);
        REQUIRE(p.slot_of[row] == static_cast<int>(slot));
        REQUIRE(p.offsets[e] <= p.row_of[slot]);
        REQUIRE(p.row_of[slot] < p.offsets[e + 1]);
      }
      const auto filled = std::count_if(p.slot_of.begin(), p.slot_of.end(),
                                        [](int slot) { return slot != kPadding; });
      REQUIRE(static_cast<std::size_t>(filled) == kept);
      REQUIRE(p.slot_of.size() == (capacity == 0 ? c.ids.size() : c.num_experts * capacity));
    }
  }
}

TEST_CASE("find_positions: keeps the order of slots within an expert", "[bench][identity]") {
  for (const Case& c : cases()) {
    for (const std::uint64_t capacity : {0, 8}) {
      const Positions p = find_positions(c.ids, c.num_experts, capacity);
      for (std::size_t row = 1; row < p.slot_of.size(); ++row) {
        const int slot = p.slot_of[row], before = p.slot_of[row - 1];
        if (slot == kPadding || before == kPadding) continue;
        const auto expert = [&](int s) { return c.ids[static_cast<std::size_t>(s)]; };
        REQUIRE(
            (expert(before) < expert(slot) || (expert(before) == expert(slot) && before < slot)));
      }
    }
  }
}

TEST_CASE("find_positions: drops only the last slots of a full expert", "[bench][identity]") {
  const Positions p = find_positions({2, 0, 2, 1, 2, 0}, 4, 2);
  REQUIRE(p.counts == std::vector<std::int32_t>{2, 1, 3, 0});
  REQUIRE(p.offsets == std::vector<std::int32_t>{0, 2, 4, 6, 8});
  REQUIRE(p.row_of == std::vector<std::int32_t>{4, 0, 5, 2, kDropped, 1});
  REQUIRE(p.slot_of == std::vector<std::int32_t>{1, 5, 3, kPadding, 0, 2, kPadding, kPadding});
}

TEST_CASE("find_positions: without a capacity every slot has a row", "[bench][identity]") {
  const Positions p = find_positions({2, 0, 2, 1, 2, 0}, 4);
  REQUIRE(p.offsets == std::vector<std::int32_t>{0, 2, 3, 6, 6});
  REQUIRE(p.row_of == std::vector<std::int32_t>{3, 0, 4, 2, 5, 1});
  REQUIRE(p.slot_of == std::vector<std::int32_t>{1, 5, 3, 0, 2, 4});
}

TEST_CASE("find_positions: refuses experts that do not exist and rows beyond 32 bits",
          "[bench][refusal]") {
  REQUIRE_THROWS_AS(find_positions({0, 4}, 4), isoflop::InvalidArgument);
  REQUIRE_THROWS_AS(find_positions({0, -1}, 4), isoflop::InvalidArgument);
  REQUIRE_THROWS_AS(find_positions({0, 1}, 4, 1u << 30), isoflop::InvalidArgument);
}

}  // namespace positions_test
