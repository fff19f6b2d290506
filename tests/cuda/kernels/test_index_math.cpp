#include <algorithm>
#include <limits>
#include <vector>

#include "catch.hpp"
#include "cuda/kernels/index_math.hpp"
#include "cuda/layer/inputs.hpp"
#include "isoflop/core/random.hpp"

namespace index_math_test {

using namespace isoflop::bench;

namespace {

const std::vector<float>& hard_logits() {
  using Limits = std::numeric_limits<float>;
  static const std::vector<float> logits{0.0f,
                                         -0.0f,
                                         1.0f,
                                         -1.0f,
                                         1.0f,
                                         Limits::max(),
                                         -Limits::max(),
                                         Limits::infinity(),
                                         -Limits::infinity(),
                                         Limits::quiet_NaN(),
                                         -Limits::quiet_NaN(),
                                         Limits::signaling_NaN(),
                                         Limits::denorm_min(),
                                         -Limits::denorm_min(),
                                         Limits::min(),
                                         0.5f,
                                         1.0000001f,
                                         -1.0000001f};
  return logits;
}

}  // namespace

TEST_CASE("rank_key: puts the larger logit first, then the smaller index, NaN last",
          "[bench][identity]") {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const float low = -std::numeric_limits<float>::infinity();
  std::vector<std::pair<float, int>> experts{{nan, 0},  {1.0f, 1},  {low, 2},  {2.0f, 3},
                                             {1.0f, 4}, {-0.0f, 5}, {0.0f, 6}, {nan, 7}};
  std::sort(experts.begin(), experts.end(), [](auto a, auto b) {
    return rank_key(a.first, a.second) > rank_key(b.first, b.second);
  });
  std::vector<int> order;
  for (const auto& expert : experts) order.push_back(expert.second);
  REQUIRE(order == std::vector<int>{3, 1, 4, 5, 6, 2, 0, 7});
}

TEST_CASE("rank_key: gives its expert back and is never zero", "[bench][identity]") {
  for (const float logit : hard_logits()) {
    for (const int expert : {0, 1, 4095, 2147483647}) {
      REQUIRE(expert_of_key(rank_key(logit, expert)) == expert);
      REQUIRE(rank_key(logit, expert) != 0);
    }
  }
}

TEST_CASE("bucket_of: is the next power of two from 16 on, and nothing for no rows",
          "[bench][identity]") {
  REQUIRE(bucket_of(0) == 0);
  REQUIRE(bucket_of(1) == 16);
  REQUIRE(bucket_of(16) == 16);
  REQUIRE(bucket_of(17) == 32);
  REQUIRE(bucket_of(1024) == 1024);
  REQUIRE(bucket_of(1025) == 2048);
}

TEST_CASE("round_up: fills the last tile", "[bench][identity]") {
  REQUIRE(round_up(0, kTileRows) == 0);
  REQUIRE(round_up(1, kTileRows) == 128);
  REQUIRE(round_up(128, kTileRows) == 128);
  REQUIRE(round_up(129, kTileRows) == 256);
}

TEST_CASE("capacity_of: is the mean without a factor, else a multiple of 8 below T",
          "[bench][identity]") {
  REQUIRE(capacity_of(1024, 2, 16, 0.0) == 128);
  REQUIRE(capacity_of(10, 3, 7, 0.0) == 5);       // ceiling of 30 / 7
  REQUIRE(capacity_of(1024, 2, 16, 1.0) == 128);  // already a multiple of 8
  REQUIRE(capacity_of(1024, 2, 16, 1.25) == 160);
  REQUIRE(capacity_of(1024, 2, 16, 1.26) == 168);   // 161.28
  REQUIRE(capacity_of(10000, 1, 10, 1.1) == 1104);  // 1100 and not 1101, rounded up to 8
  REQUIRE(capacity_of(10000, 8, 80, 1.1) == 1104);
  REQUIRE(capacity_of(100, 2, 4, 100.0) == 100);
  REQUIRE(capacity_of(5, 1, 1, 1.0) == 5);
}

TEST_CASE("row_of_rank: counts on from the offset or drops what is beyond the capacity",
          "[bench][identity]") {
  REQUIRE(row_of_rank(70, 5, 3, 0) == 75);
  REQUIRE(row_of_rank(70, 5, 3, 8) == 29);
  REQUIRE(row_of_rank(70, 7, 3, 8) == 31);
  REQUIRE(row_of_rank(70, 8, 3, 8) == kDropped);
}

}  // namespace index_math_test
