#include <algorithm>
#include <vector>

#include "catch.hpp"
#include "isoflop/cost/resampled_time.hpp"

namespace isoflop::resampled_time_test {
namespace {

TEST_CASE("resampled_time_s: it is the median of samples drawn one after the other",
          "[cost][identity]") {
  for (const std::size_t count : {1, 2, 3, 8, 31}) {
    CostRow row;
    for (std::size_t i = 0; i < count; ++i) {
      row.samples_s.push_back(1.0 + static_cast<double>((7 * i) % count));
    }
    for (std::uint64_t seed = 1; seed <= 20; ++seed) {
      Random random(seed), again(seed);
      std::vector<double> drawn;
      for (std::size_t i = 0; i < count; ++i) drawn.push_back(row.samples_s[again.below(count)]);
      std::sort(drawn.begin(), drawn.end());
      CHECK(resampled_time_s(row, random) == sample_quantile(drawn, 0.5));
    }
  }
}

TEST_CASE("resampled_time_s: a row without samples keeps its time", "[cost][identity]") {
  CostRow row;
  row.time_s = 0.25;
  Random random(1);
  CHECK(resampled_time_s(row, random) == 0.25);
}

}  // namespace
}  // namespace isoflop::resampled_time_test
