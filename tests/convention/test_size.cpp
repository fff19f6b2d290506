#include <array>

#include "catch.hpp"
#include "isoflop/error.hpp"
#include "isoflop/convention/size.hpp"

namespace isoflop {
namespace {

using Catch::Matchers::ContainsSubstring;

constexpr std::array kConvertible{NMeaning::kTotalNonEmbedding, NMeaning::kActiveNonEmbedding,
                                  NMeaning::kTotal, NMeaning::kActive};

/// E = 64, GPT-2's vocabulary with a head of its own.
SizeConvention all_known() { return {64.0, 2.0 * 50257.0, {}}; }

TEST_CASE("convert_n: total and active without embeddings differ by (8 E + 4) / 12",
          "[plan][published]") {
  // Krajewski, Ludziejewski et al. 2024, arXiv 2402.07871: "64 x 100M" has N = 4.3e9 in all.
  const double n = convert_n(100e6, NMeaning::kActiveNonEmbedding, NMeaning::kTotalNonEmbedding,
                             {64.0, 0.0, {}});
  CHECK(n == Approx(4.3e9).epsilon(1e-12));
}

TEST_CASE("convert_n: embeddings are their rows times the width", "[plan][identity]") {
  // d_model = 768 with 12 blocks, 12 d^2 each: 84,934,656 without embeddings.
  const double d = 768.0, bare = 12.0 * d * d * 12.0;
  const SizeConvention gpt2{1.0, 50257.0, {}};
  const double with = convert_n(bare, NMeaning::kTotalNonEmbedding, NMeaning::kTotal, gpt2);
  CHECK(with == Approx(bare + 50257.0 * d).epsilon(1e-12));
}

TEST_CASE("convert_n: there and back is where it began", "[plan][recovery]") {
  for (const NMeaning from : kConvertible) {
    for (const NMeaning to : kConvertible) {
      for (const double n : {1e8, 7e9, 1e12}) {
        CAPTURE(static_cast<int>(from), static_cast<int>(to), n);
        const double there = convert_n(n, from, to, all_known());
        // A cube root and its cube: a few last places.
        CHECK(convert_n(there, to, from, all_known()) == Approx(n).epsilon(1e-12));
      }
    }
  }
}

TEST_CASE("convert_n: what is not known is asked for by its flag", "[plan][refusal]") {
  CHECK_THROWS_WITH(convert_n(1e9, NMeaning::kUnspecified, NMeaning::kTotal, all_known()),
                    ContainsSubstring("--n-means"));
  CHECK_THROWS_WITH(convert_n(1e9, NMeaning::kTotalNonEmbedding, NMeaning::kActiveNonEmbedding, {}),
                    ContainsSubstring("--expansion"));
  CHECK_THROWS_WITH(convert_n(1e9, NMeaning::kTotalNonEmbedding, NMeaning::kTotal, {1.0, 0.0, {}}),
                    ContainsSubstring("--vocab"));
  CHECK_THROWS_WITH(
      convert_n(1e9, NMeaning::kTotal, NMeaning::kTotalNonEmbedding, {{}, 50257.0, {}}),
      ContainsSubstring("--expansion"));
  CHECK_THROWS_WITH(convert_n(1e9, NMeaning::kTotal, NMeaning::kActive, {8.0, 0.0, {}}),
                    ContainsSubstring("--vocab"));
  CHECK_THROWS_AS(convert_n(1e9, NMeaning::kDense, NMeaning::kTotal, all_known()), InvalidArgument);
}

TEST_CASE("convert_n: the same meaning asks for nothing", "[plan][identity]") {
  CHECK(convert_n(1e9, NMeaning::kDense, NMeaning::kDense, {}) == 1e9);
  CHECK(convert_n(1e9, NMeaning::kTotal, NMeaning::kTotal, {}) == 1e9);
}

}  // namespace
}  // namespace isoflop
