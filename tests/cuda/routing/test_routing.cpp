#include <algorithm>
#include <array>
#include <cmath>
#include <set>
#include <string>

#include "catch.hpp"
#include "cuda/routing/routing.hpp"
#include "io/scratch_folder.hpp"
#include "isoflop/error.hpp"

namespace routing_test {

using namespace isoflop::bench;
using isoflop::MoeLayer;
using isoflop::testing::ScratchFolder;

namespace {

using Ids = std::vector<std::int32_t>;

MoeLayer layer_of(std::uint64_t tokens, std::uint64_t num_experts, std::uint64_t top_k) {
  return {.tokens = tokens, .d_model = 8, .experts = {64, num_experts, 8, top_k}};
}

Ids ids_of(const char* text, const MoeLayer& layer, std::uint64_t seed = 1) {
  return forced_ids(parse_routing(text), layer, seed);
}

}  // namespace

TEST_CASE("forced_ids: gives every token distinct experts that exist", "[bench][identity]") {
  for (const char* text : {"balanced", "multinomial", "zipf:0.5", "zipf:1", "zipf:10"}) {
    for (const auto& [tokens, num_experts, top_k] : std::vector<std::array<std::uint64_t, 3>>{
             {100, 24, 5}, {1, 8, 3}, {50, 7, 7}, {3, 4096, 64}, {200, 64, 63}, {9, 1, 1}}) {
      const Ids ids = ids_of(text, layer_of(tokens, num_experts, top_k));
      REQUIRE(ids.size() == tokens * top_k);
      for (std::size_t t = 0; t < tokens; ++t) {
        const auto first = ids.begin() + static_cast<std::ptrdiff_t>(t * top_k);
        const std::set<int> distinct(first, first + static_cast<std::ptrdiff_t>(top_k));
        REQUIRE(distinct.size() == top_k);
        REQUIRE(*distinct.begin() >= 0);
        REQUIRE(static_cast<std::uint64_t>(*distinct.rbegin()) < num_experts);
      }
    }
  }
}

TEST_CASE("forced_ids: balanced counts differ by one at most", "[bench][identity]") {
  for (const auto& [tokens, num_experts, top_k] : std::vector<std::array<std::uint64_t, 3>>{
           {128, 16, 2}, {128, 24, 5}, {1, 8, 3}, {37, 7, 6}, {1000, 11, 10}}) {
    const auto counts =
        count_rows(ids_of("balanced", layer_of(tokens, num_experts, top_k)), num_experts);
    const auto [least, most] = std::minmax_element(counts.begin(), counts.end());
    REQUIRE(*most - *least <= (tokens * top_k % num_experts == 0 ? 0 : 1));
  }
}

TEST_CASE("forced_ids: balanced tokens do not follow the order of experts", "[bench][identity]") {
  const Ids ids = ids_of("balanced", layer_of(4096, 64, 8));
  // Two ids of one token, and of neighbouring tokens, follow on each other 1 in 64 times by chance;
  // 28672 and 4095 trials have standard errors of 0.0007 and 0.002.
  std::size_t within = 0, between = 0;
  for (std::size_t i = 1; i < ids.size(); ++i) {
    const bool follows = ids[i] == (ids[i - 1] + 1) % 64;
    (i % 8 == 0 ? between : within) += follows ? 1 : 0;
  }
  REQUIRE(static_cast<double>(within) / 28672 == Approx(1 / 64.0).margin(0.004));
  REQUIRE(static_cast<double>(between) / 4095 == Approx(1 / 64.0).margin(0.01));
}

TEST_CASE("forced_ids: multinomial chooses all experts and pairs alike", "[bench][identity]") {
  constexpr std::size_t kTokens = 40000;
  const Ids ids = ids_of("multinomial", layer_of(kTokens, 5, 2));
  std::vector<double> pairs(25, 0.0);
  for (std::size_t t = 0; t < kTokens; ++t) {
    pairs[static_cast<std::size_t>(5 * ids[2 * t] + ids[2 * t + 1])] += 1.0;
  }
  const double expected = kTokens / 20.0;
  double chi_squared = 0.0;
  for (std::size_t i = 0; i < 25; ++i) {
    if (i % 6 != 0) chi_squared += std::pow(pairs[i] - expected, 2) / expected;
  }
  REQUIRE(chi_squared < 43.8);  // 19 degrees of freedom, one chance in a thousand
}

TEST_CASE("forced_ids: zipf draws pairs with weights and without replacement",
          "[bench][identity]") {
  constexpr std::size_t kTokens = 60000;
  const Ids ids = ids_of("zipf:1", layer_of(kTokens, 4, 2));
  // Which expert has which weight is shuffled: the most frequent first choice is the heaviest.
  std::vector<double> first(4, 0.0);
  for (std::size_t t = 0; t < kTokens; ++t) first[static_cast<std::size_t>(ids[2 * t])] += 1.0;
  std::vector<std::size_t> expert{0, 1, 2, 3};
  std::sort(expert.begin(), expert.end(),
            [&](std::size_t a, std::size_t b) { return first[a] > first[b]; });
  const std::vector<double> weights{1.0, 1.0 / 2, 1.0 / 3, 1.0 / 4};
  const double sum = 25.0 / 12;
  double chi_squared = 0.0;
  for (std::size_t i = 0; i < 4; ++i) {
    for (std::size_t j = 0; j < 4; ++j) {
      if (i == j) continue;
      double seen = 0.0;
      for (std::size_t t = 0; t < kTokens; ++t) {
        if (static_cast<std::size_t>(ids[2 * t]) == expert[i] &&
            static_cast<std::size_t>(ids[2 * t + 1]) == expert[j]) {
          seen += 1.0;
        }
      }
      const double expected = kTokens * weights[i] / sum * weights[j] / (sum - weights[i]);
      chi_squared += std::pow(seen - expected, 2) / expected;
    }
  }
  REQUIRE(chi_squared < 31.3);  // 11 degrees of freedom, one chance in a thousand
}

TEST_CASE("forced_ids: zipf shuffles the experts by the seed", "[bench][identity]") {
  std::set<std::ptrdiff_t> heaviest;
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    const auto counts = count_rows(ids_of("zipf:1", layer_of(2000, 64, 2), seed), 64);
    heaviest.insert(std::max_element(counts.begin(), counts.end()) - counts.begin());
  }
  REQUIRE(heaviest.size() >= 5);
}

TEST_CASE("forced_ids: the seed alone decides", "[bench][identity]") {
  for (const char* text : {"balanced", "multinomial", "zipf:0.5"}) {
    const MoeLayer layer = layer_of(300, 24, 5);
    REQUIRE(ids_of(text, layer, 7) == ids_of(text, layer, 7));
    REQUIRE(ids_of(text, layer, 7) != ids_of(text, layer, 8));
  }
}

TEST_CASE("forced_ids: is the same on every machine", "[bench][format]") {
  // Recorded: a change of these numbers makes old cost tables incomparable.
  REQUIRE(ids_of("multinomial", layer_of(2, 1000, 4)) == Ids{133, 137, 452, 23, 350, 911, 471, 77});
  REQUIRE(ids_of("balanced", layer_of(2, 1000, 4)) == Ids{632, 995, 4, 860, 113, 517, 348, 345});
  REQUIRE(ids_of("zipf:0.5", layer_of(2, 1000, 4)) == Ids{925, 783, 620, 92, 732, 297, 633, 534});
}

TEST_CASE("forced_ids: reads ids parted by blanks, commas and line ends", "[bench][format]") {
  const ScratchFolder folder;
  const std::string path = folder.write("ids.txt", "0 3\r\n2,1\n\n  3,\t0 1 2");
  REQUIRE(ids_of(("file:" + path).c_str(), layer_of(4, 4, 2)) == Ids{0, 3, 2, 1, 3, 0, 1, 2});
}

TEST_CASE("forced_ids: names the line of what is wrong in a file", "[bench][refusal]") {
  const ScratchFolder folder;
  const std::vector<std::pair<std::string, std::string>> faults{
      {"0 1\n2 4\n", ":2: there is no expert 4; they are 0 to 3"},
      {"0 1\n\n-1 2\n", ":3: there is no expert -1; they are 0 to 3"},
      {"0 1\n99999999999999999999 2\n", ":2: there is no expert 99999999999999999999"},
      {"0 1\n2 2\n", ":2: token 1 goes to expert 2 twice"},
      {"0 1\n2 x\n", ":2: 'x' is not a whole number"},
      {"0 1\n2 1.5\n", ":2: '1.5' is not a whole number"},
      {"0 1\n2 3\n0\n", ":3: one id too many; 2 tokens that go to 2 experts each need 4 ids"},
      {"0 1\n2", ":2: ends after 3 ids; 2 tokens that go to 2 experts each need 4 ids"},
      {"", ":1: ends after 0 ids; 2 tokens that go to 2 experts each need 4 ids"}};
  for (const auto& [text, fault] : faults) {
    const std::string path = folder.write("ids.txt", text);
    REQUIRE_THROWS_WITH(ids_of(("file:" + path).c_str(), layer_of(2, 4, 2)),
                        Catch::Matchers::ContainsSubstring(path + fault));
  }
  REQUIRE_THROWS_AS(ids_of("file:/no/such/file", layer_of(2, 4, 2)), isoflop::DataError);
}

TEST_CASE("forced_ids: refuses the router's choice", "[bench][refusal]") {
  REQUIRE_THROWS_AS(ids_of("router", layer_of(2, 4, 2)), isoflop::InvalidArgument);
}

TEST_CASE("parse_routing: reads what to_string writes", "[bench][format]") {
  for (const char* text : {"router", "balanced", "multinomial", "zipf:0", "zipf:0.5", "zipf:10"}) {
    REQUIRE(to_string(parse_routing(text)) == text);
  }
  REQUIRE(parse_routing("file:a/b c.txt").path == "a/b c.txt");
  REQUIRE(to_string(parse_routing("file:a/b c.txt")) == "file:b c.txt");
}

TEST_CASE("parse_routing: refuses what is no routing", "[bench][refusal]") {
  for (const char* text :
       {"", "Router", "zipf", "zipf:", "zipf:x", "zipf:-1", "zipf:11", "zipf:nan", "file:"}) {
    REQUIRE_THROWS_AS(parse_routing(text), isoflop::InvalidArgument);
  }
}

TEST_CASE("routing_stats: counts empty experts, padding and drops", "[bench][identity]") {
  const auto dropless = routing_stats({4, 0, 10, 2}, 0);
  REQUIRE(dropless.min_rows == 0);
  REQUIRE(dropless.max_rows == 10);
  REQUIRE(dropless.num_empty == 1);
  REQUIRE(dropless.mean_rows == 4.0);
  REQUIRE(dropless.padding_rows == 0);
  REQUIRE(dropless.dropped_rows == 0);
  const auto padded = routing_stats({4, 0, 10, 2}, 6);
  REQUIRE(padded.padding_rows == 12);
  REQUIRE(padded.dropped_rows == 4);
}

}  // namespace routing_test
