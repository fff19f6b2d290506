#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "catch.hpp"
#include "cuda/kernels/topk_math.hpp"
#include "isoflop/core/random.hpp"

namespace topk_math_test {

using namespace isoflop;
using namespace isoflop::bench;

namespace {

struct Case {
  std::string name;
  std::vector<float> logits;
};

/// Random logits, and those on which selections go wrong.
std::vector<Case> cases_of(std::size_t num_experts) {
  Random random(num_experts);
  std::vector<float> normal, few_values, rising, equal(num_experts, 0.25f), one_thread, nans;
  const float infinity = std::numeric_limits<float>::infinity();
  for (std::size_t e = 0; e < num_experts; ++e) {
    normal.push_back(static_cast<float>(random.normal()));
    few_values.push_back(static_cast<float>(random.below(3)) - 1.0f);
    rising.push_back(static_cast<float>(e));
    one_thread.push_back(e % 256 == 7 ? static_cast<float>(random.normal()) + 50.0f : -1.0f);
    const std::array<float, 6> odd{NAN, -NAN, infinity, -infinity, 0.0f, -0.0f};
    nans.push_back(odd[random.below(odd.size())]);
  }
  return {{"normal", normal}, {"three values", few_values}, {"rising", rising},
          {"equal", equal},   {"one thread", one_thread},   {"NaN and infinities", nans}};
}

std::vector<std::int32_t> sorted_experts(const std::vector<float>& logits, std::size_t top_k) {
  std::vector<std::int32_t> experts(logits.size());
  std::iota(experts.begin(), experts.end(), 0);
  std::stable_sort(experts.begin(), experts.end(), [&](std::int32_t a, std::int32_t b) {
    return rank_key(logits[static_cast<std::size_t>(a)], a) >
           rank_key(logits[static_cast<std::size_t>(b)], b);
  });
  experts.resize(top_k);
  return experts;
}

/// The rounds of topk_by_warp, its lanes one after the other.
template <int kPerLane>
std::vector<std::int32_t> choose_by_warp(const std::vector<float>& logits, std::size_t top_k) {
  std::uint32_t keys[kTopKLanes][kPerLane];
  for (std::uint32_t lane = 0; lane < kTopKLanes; ++lane) {
    for (std::uint32_t i = 0; i < kPerLane; ++i) {
      const std::size_t expert = lane + i * kTopKLanes;
      keys[lane][i] = expert < logits.size() ? present_key(logits[expert]) : 0;
    }
  }
  std::vector<std::int32_t> chosen;
  for (std::size_t k = 0; k < top_k; ++k) {
    LaneBest best{0, 0xffffffffu};
    for (std::uint32_t lane = 0; lane < kTopKLanes; ++lane) {
      const LaneBest own = best_of_lane(keys[lane], lane);
      if (own.key > best.key || (own.key == best.key && own.expert < best.expert)) best = own;
    }
    for (std::uint32_t lane = 0; lane < kTopKLanes; ++lane) take(keys[lane], lane, best.expert);
    chosen.push_back(static_cast<std::int32_t>(best.expert));
  }
  return chosen;
}

/// The search and the ranking of topk_by_block, its threads one after the other.
std::vector<std::int32_t> choose_by_block(const std::vector<float>& logits, std::size_t top_k) {
  constexpr std::size_t kThreads = 256;
  std::vector<std::uint64_t> keys, best_of_threads(std::min(kThreads, logits.size()), 0);
  for (std::size_t e = 0; e < logits.size(); ++e) {
    keys.push_back(rank_key(logits[e], static_cast<std::int32_t>(e)));
    std::uint64_t& best = best_of_threads[e % kThreads];
    best = std::max(best, keys.back());
  }
  const auto num_experts = static_cast<std::uint32_t>(keys.size());
  const auto wanted = static_cast<std::uint32_t>(top_k);
  const std::uint64_t smallest = *std::min_element(best_of_threads.begin(), best_of_threads.end());
  const std::uint64_t largest = *std::max_element(keys.begin(), keys.end());
  const std::uint32_t limit = threshold_limit(wanted, num_experts);
  ThresholdSearch search(top_k <= best_of_threads.size() ? smallest : 0, largest + 1, num_experts,
                         wanted, limit);
  int steps = 0;
  for (; !search.done(); ++steps) {
    search.narrow(static_cast<std::uint32_t>(std::count_if(
        keys.begin(), keys.end(), [&](std::uint64_t key) { return key >= search.middle(); })));
  }
  CHECK(steps <= 64);  // bits of a key
  std::vector<std::uint64_t> candidates;
  for (const std::uint64_t key : keys) {
    if (key >= search.threshold()) candidates.push_back(key);
  }
  CHECK(candidates.size() >= top_k);
  CHECK(candidates.size() <= limit);
  std::vector<std::int32_t> chosen(top_k, -1);
  for (const std::uint64_t key : candidates) {
    const auto rank = static_cast<std::size_t>(std::count_if(
        candidates.begin(), candidates.end(), [&](std::uint64_t other) { return other > key; }));
    if (rank < top_k) chosen[rank] = expert_of_key(key);
  }
  return chosen;
}

}  // namespace

TEST_CASE("top-k: the rounds of a warp choose what a stable sort puts first", "[bench][identity]") {
  for (const std::size_t num_experts : {1, 2, 31, 32, 33, 64}) {
    for (const Case& c : cases_of(num_experts)) {
      INFO(c.name << ", " << num_experts << " experts");
      CHECK(choose_by_warp<2>(c.logits, num_experts) == sorted_experts(c.logits, num_experts));
    }
  }
  for (const std::size_t num_experts : {257, 300, 512}) {
    for (const Case& c : cases_of(num_experts)) {
      INFO(c.name << ", " << num_experts << " experts");
      CHECK(choose_by_warp<16>(c.logits, 64) == sorted_experts(c.logits, 64));
    }
  }
}

TEST_CASE("top-k: the search of a block chooses what a stable sort puts first",
          "[bench][identity]") {
  for (const std::size_t num_experts : {513, 1000, 4096, 8191}) {
    for (const Case& c : cases_of(num_experts)) {
      for (const std::size_t top_k : {1, 8, 64, 256, 257, 512}) {
        INFO(c.name << ", " << num_experts << " experts, top-" << top_k);
        CHECK(choose_by_block(c.logits, top_k) == sorted_experts(c.logits, top_k));
      }
    }
  }
}

TEST_CASE("top-k: a block can choose every expert", "[bench][identity]") {
  for (const Case& c : cases_of(700)) {
    INFO(c.name);
    CHECK(choose_by_block(c.logits, 700) == sorted_experts(c.logits, 700));
  }
}

TEST_CASE("top-k: a key gives its logit back", "[bench][identity]") {
  const float infinity = std::numeric_limits<float>::infinity();
  for (const float logit : {-infinity, -3e38f, -1.5f, -1e-45f, 0.0f, 1e-45f, 0.1f, infinity}) {
    CHECK(logit_of_key(logit_key(logit)) == logit);
    CHECK(logit_of_present_key(present_key(logit)) == logit);
    CHECK(present_key(logit) > present_key(NAN));
  }
  CHECK(std::isnan(logit_of_present_key(present_key(NAN))));
  CHECK(present_key(NAN) > 0);  // 0 is an expert that does not exist
}

}  // namespace topk_math_test
