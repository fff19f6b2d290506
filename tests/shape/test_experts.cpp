#include "catch.hpp"
#include "isoflop/shape/experts.hpp"
#include "shape/shapes.hpp"

namespace isoflop::experts_test {
namespace {

using Catch::Matchers::ContainsSubstring;

// E = 8, G = 16, k0 = 2: 128 experts of width 512, each token to 32 of them.
constexpr ExpertLayer kLayer{8192, 128, 512, 32};

TEST_CASE("ExpertLayer: rates follow from counts", "[shape][identity]") {
  CHECK(kLayer.expansion() == 8.0);
  CHECK(kLayer.granularity() == 16.0);
  CHECK(kLayer.k0() == 2.0);
}

TEST_CASE("resolve_experts: rates and counts give the same layer", "[shape][identity]") {
  ExpertWords rates{.expansion = 8, .granularity = 16, .k0 = 2};
  rates.d_ff = 8192;
  ExpertWords counts;
  counts.num_experts = 128, counts.expert_width = 512, counts.top_k = 32, counts.d_ff = 8192;
  CHECK(resolve_experts(rates) == kLayer);
  CHECK(resolve_experts(counts) == kLayer);
}

TEST_CASE("resolve_experts: a mix that settles everything is as good", "[shape][identity]") {
  ExpertWords words{.expansion = 8};
  words.expert_width = 512, words.top_k = 32, words.d_ff = 8192;
  CHECK(resolve_experts(words) == kLayer);
  words.granularity = 16, words.k0 = 2, words.num_experts = 128;
  CHECK(resolve_experts(words) == kLayer);
}

TEST_CASE("resolve_experts: E alone is one coarse expert per token", "[shape][identity]") {
  ExpertWords words{.expansion = 8};
  words.d_ff = 8192;
  CHECK(resolve_experts(words) == ExpertLayer{8192, 8, 8192, 1});
}

TEST_CASE("resolve_experts: without a dense width the active experts make one",
          "[shape][identity]") {
  ExpertWords words;
  words.num_experts = 64, words.expert_width = 1024, words.top_k = 8;
  CHECK(resolve_experts(words) == ExpertLayer{8192, 64, 1024, 8});
  words.k0 = 2;
  CHECK(resolve_experts(words) == ExpertLayer{4096, 64, 1024, 8});
}

TEST_CASE("resolve_experts: a granularity that is no whole number is one of counts",
          "[shape][identity]") {
  ExpertWords words;  // DeepSeek-V2-Lite
  words.num_experts = 64, words.expert_width = 1408, words.top_k = 6, words.d_ff = 10944;
  CHECK(resolve_experts(words).granularity() == Approx(7.7727272727).epsilon(1e-10));
}

TEST_CASE("resolve_experts: a layer in its own rates is the same layer", "[shape][recovery]") {
  for (const ExpertLayer& layer :
       {kLayer, ExpertLayer{10944, 64, 1408, 6}, ExpertLayer{18432, 256, 2048, 8},
        ExpertLayer{14336, 8, 14336, 2}}) {
    ExpertWords words{
        .expansion = layer.expansion(), .granularity = layer.granularity(), .k0 = layer.k0()};
    words.d_ff = layer.d_ff;
    CHECK(resolve_experts(words) == layer);
  }
}

TEST_CASE("resolve_experts: words that contradict each other are refused", "[shape][refusal]") {
  ExpertWords words{.expansion = 8, .granularity = 16, .k0 = 1};
  words.d_ff = 8192;
  auto refused = [&](auto change, const char* names) {
    ExpertWords changed = words;
    change(changed);
    CHECK_THROWS_WITH(resolve_experts(changed), ContainsSubstring(names));
  };
  refused([](ExpertWords& w) { w.expert_width = 1024; }, "granularity = 16 contradicts");
  refused([](ExpertWords& w) { w.num_experts = 64; }, "expansion = 8 contradicts");
  refused([](ExpertWords& w) { w.top_k = 8; }, "k0 = 1 contradicts");
}

TEST_CASE("resolve_experts: widths and counts that are not whole are refused", "[shape][refusal]") {
  ExpertWords words{.expansion = 8, .granularity = 3};
  words.d_ff = 8192;
  CHECK_THROWS_WITH(resolve_experts(words), ContainsSubstring("8192 / 3 = 2730.67"));
  words.granularity = 4, words.expansion = 8.1;
  CHECK_THROWS_WITH(resolve_experts(words), ContainsSubstring("8.1 x 4 = 32.4"));
  words.expansion = 8, words.k0 = 0.3;
  CHECK_THROWS_WITH(resolve_experts(words), ContainsSubstring("0.3 x 4 = 1.2"));
}

TEST_CASE("resolve_experts: too little is refused by what is missing", "[shape][refusal]") {
  ExpertWords words{.granularity = 4};
  words.d_ff = 8192;
  CHECK_THROWS_WITH(resolve_experts(words), ContainsSubstring("expansion or num-experts"));
  words.d_ff.reset(), words.expansion = 8;
  CHECK_THROWS_WITH(resolve_experts(words), ContainsSubstring("expert-width"));
}

TEST_CASE("resolve_experts: senseless words are refused", "[shape][refusal]") {
  ExpertWords words{.expansion = 0.5};
  words.d_ff = 8192;
  CHECK_THROWS_WITH(resolve_experts(words), ContainsSubstring("dense"));
  words.expansion = 8, words.granularity = -1;
  CHECK_THROWS_WITH(resolve_experts(words), ContainsSubstring("above zero"));
  words.granularity = 4, words.k0 = 16;
  CHECK_THROWS_WITH(resolve_experts(words), ContainsSubstring("64 of 32 experts"));
  words.k0 = 1, words.top_k = 0;
  CHECK_THROWS_WITH(resolve_experts(words), ContainsSubstring("at least 1"));
}

TEST_CASE("settle_rates: counts give the rates behind them", "[shape][identity]") {
  ExpertWords words;
  words.num_experts = 1024, words.top_k = 16;
  const ExpertRates rates = settle_rates(words);
  CHECK(rates.expansion == 64.0);
  CHECK(rates.granularity == 16.0);
  CHECK(rates.k0 == 1.0);
  CHECK(rates.num_experts() == 1024.0);
  CHECK(rates.top_k() == 16.0);
}

TEST_CASE("settle_rates: rates and counts settle what the other leaves open", "[shape][identity]") {
  ExpertWords words{.expansion = 64};
  CHECK_FALSE(settle_rates(words).granularity);
  CHECK_FALSE(settle_rates(words).num_experts());
  words.num_experts = 1024;
  CHECK(settle_rates(words).granularity == 16.0);
  ExpertWords split{.granularity = 8};
  split.num_experts = 64, split.top_k = 16;
  CHECK(settle_rates(split).expansion == 8.0);
  CHECK(settle_rates(split).k0 == 2.0);
}

TEST_CASE("settle_rates: it agrees with a layer of the same words", "[shape][identity]") {
  ExpertWords words;
  words.num_experts = 128, words.expert_width = 512, words.top_k = 32, words.d_ff = 8192;
  const ExpertRates rates = settle_rates(words);
  CHECK(rates.expansion == kLayer.expansion());
  CHECK(rates.granularity == kLayer.granularity());
  CHECK(rates.k0 == kLayer.k0());
}

TEST_CASE("settle_rates: words that contradict each other are refused", "[shape][refusal]") {
  ExpertWords words{.expansion = 8, .granularity = 16, .k0 = 1};
  words.num_experts = 64;
  CHECK_THROWS_WITH(settle_rates(words), ContainsSubstring("expansion = 8 contradicts"));
  words.num_experts = 128, words.top_k = 8;
  CHECK_THROWS_WITH(settle_rates(words), ContainsSubstring("k0 = 1 contradicts"));
  words.top_k = 16, words.expert_width = 1024, words.d_ff = 8192;
  CHECK_THROWS_WITH(settle_rates(words), ContainsSubstring("granularity = 16 contradicts"));
}

TEST_CASE("settle_rates: a count that leaves a rate open names the field that settles it",
          "[shape][refusal]") {
  ExpertWords experts;
  experts.num_experts = 64;
  CHECK_THROWS_WITH(settle_rates(experts), ContainsSubstring("add top_k"));
  ExpertWords width{.expansion = 8};
  width.expert_width = 1024;
  CHECK_THROWS_WITH(settle_rates(width), ContainsSubstring("say granularity"));
}

TEST_CASE("settle_rates: senseless words are refused", "[shape][refusal]") {
  CHECK_THROWS_WITH(settle_rates({.expansion = 0.5}), ContainsSubstring("below 1"));
  CHECK_THROWS_WITH(settle_rates({.granularity = 0.5}), ContainsSubstring("below 1"));
  CHECK_THROWS_WITH(settle_rates({.expansion = 4, .k0 = 8}), ContainsSubstring("cannot go to"));
  CHECK_THROWS_WITH(settle_rates({.k0 = -1}), ContainsSubstring("above zero"));
}

TEST_CASE("set_experts: one expert as wide as the dense layer is a dense model",
          "[shape][identity]") {
  ModelShape shape = testing::routed_shape();
  set_experts(shape, {2048, 1, 2048, 1});
  CHECK(shape == testing::plain_shape());
  set_experts(shape, {2048, 512, 256, 8});
  CHECK(shape == testing::routed_shape());
}

}  // namespace
}  // namespace isoflop::experts_test
