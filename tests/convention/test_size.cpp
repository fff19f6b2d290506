#include <array>
#include <cmath>

#include "catch.hpp"
#include "isoflop/convention/flops.hpp"
#include "isoflop/convention/size.hpp"
#include "isoflop/error.hpp"

namespace isoflop::size_test {
namespace {

using Catch::Matchers::ContainsSubstring;

constexpr std::array kConvertible{NMeaning::kTotalNonEmbedding, NMeaning::kActiveNonEmbedding,
                                  NMeaning::kTotal, NMeaning::kActive};

/// E = 64, GPT-2's vocabulary with a head of its own.
SizeConvention all_known() { return {64.0, 2.0 * 50257.0, {}}; }

TEST_CASE("convert_n: total and active without embeddings differ by (8 E + 4) / 12",
          "[convention][published]") {
  // Krajewski, Ludziejewski et al. 2024, arXiv 2402.07871: "64 x 100M" has N = 4.3e9 in all.
  const double n = convert_n(100e6, NMeaning::kActiveNonEmbedding, NMeaning::kTotalNonEmbedding,
                             {64.0, 0.0, {}});
  CHECK(n == Approx(4.3e9).epsilon(1e-12));
}

TEST_CASE("convert_n: embeddings are their rows times the width", "[convention][identity]") {
  // d_model = 768 with 12 blocks, 12 d^2 each: 84,934,656 without embeddings.
  const double d = 768.0, bare = 12.0 * d * d * 12.0;
  const SizeConvention gpt2{1.0, 50257.0, {}};
  const double with = convert_n(bare, NMeaning::kTotalNonEmbedding, NMeaning::kTotal, gpt2);
  CHECK(with == Approx(bare + 50257.0 * d).epsilon(1e-12));
}

TEST_CASE("convert_n: there and back is where it began", "[convention][recovery]") {
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

TEST_CASE("convert_n: what is not known is asked for by its field", "[convention][refusal]") {
  CHECK_THROWS_WITH(convert_n(1e9, NMeaning::kUnspecified, NMeaning::kTotal, all_known()),
                    ContainsSubstring("n_means"));
  CHECK_THROWS_WITH(convert_n(1e9, NMeaning::kTotalNonEmbedding, NMeaning::kActiveNonEmbedding, {}),
                    ContainsSubstring("add expansion"));
  CHECK_THROWS_WITH(convert_n(1e9, NMeaning::kTotalNonEmbedding, NMeaning::kTotal, {1.0, 0.0, {}}),
                    ContainsSubstring("add vocab"));
  CHECK_THROWS_WITH(
      convert_n(1e9, NMeaning::kTotal, NMeaning::kTotalNonEmbedding, {{}, 50257.0, {}}),
      ContainsSubstring("add expansion"));
  CHECK_THROWS_WITH(convert_n(1e9, NMeaning::kTotal, NMeaning::kActive, {8.0, 0.0, {}}),
                    ContainsSubstring("add vocab"));
  CHECK_THROWS_AS(convert_n(1e9, NMeaning::kDense, NMeaning::kTotal, all_known()), InvalidArgument);
}

TEST_CASE("convert_n: the same meaning asks for nothing", "[convention][identity]") {
  CHECK(convert_n(1e9, NMeaning::kDense, NMeaning::kDense, {}) == 1e9);
  CHECK(convert_n(1e9, NMeaning::kTotal, NMeaning::kTotal, {}) == 1e9);
}

TEST_CASE("convert_n: in dense models total and active are one", "[convention][identity]") {
  const SizeConvention dense{1.0, 50257.0, {}};
  CHECK(convert_n(1e9, NMeaning::kTotal, NMeaning::kActive, dense) == Approx(1e9).epsilon(1e-14));
  CHECK(convert_n(1e9, NMeaning::kTotalNonEmbedding, NMeaning::kActiveNonEmbedding, dense) ==
        Approx(1e9).epsilon(1e-14));
}

LawRecord dense_law(NMeaning meaning) {
  LawRecord out;
  out.law = "chinchilla";
  out.n_means = meaning;
  out.expansion = 1.0;
  return out;
}

TEST_CASE("n_law_per_active: 1 for every dense model under 6 N D", "[convention][identity]") {
  for (const NMeaningInfo& meaning : kNMeanings) {
    CAPTURE(meaning.name);
    CHECK(n_law_per_active(dense_law(meaning.id), FlopAccounting::kSixNd, 0.0) == 1.0);
  }
  CHECK(n_law_per_active(dense_law(NMeaning::kTotal), FlopAccounting::kSixNd, 50257.0) == 1.0);
}

TEST_CASE("n_total_per_active: 1 for dense models, where the ratio is one number",
          "[convention][identity]") {
  for (const NMeaningInfo& meaning : kNMeanings) {
    CAPTURE(meaning.name);
    const double ratio = n_total_per_active(dense_law(meaning.id), FlopAccounting::kSixNd, 0.0);
    // Of active parameters with embeddings a plan takes the total from the family of the law.
    CHECK((meaning.id == NMeaning::kActive ? std::isnan(ratio) : ratio == 1.0));
  }
}

TEST_CASE("n_law_per_active: experts ask for E and for what N counts", "[convention][refusal]") {
  auto fault_of = [](const LawRecord& law) {
    try {
      n_law_per_active(law, FlopAccounting::kPaper, 0.0);
    } catch (const InvalidArgument& fault) {
      return fault.field();
    }
    return std::string("none");
  };
  LawRecord law = dense_law(NMeaning::kTotalNonEmbedding);
  law.law = "fine-grained-moe";
  law.expansion.reset();
  CHECK(fault_of(law) == "expansion");
  law.expansion = 64.0;
  CHECK(n_law_per_active(law, FlopAccounting::kPaper, 0.0) == 43.0);
  law.n_means = NMeaning::kUnspecified;
  CHECK(fault_of(law) == "n_means");
  law.n_means = NMeaning::kTotal;
  CHECK(fault_of(law) == "vocab");
}

TEST_CASE("FlopConvention: a dense model has no router to pay", "[convention][identity]") {
  const FlopConvention paper{.accounting = FlopAccounting::kPaper};
  CHECK(paper.per_token(1e9, 1024.0, 16.0, 0.0) ==
        FlopConvention{}.per_token(1e9, 1024.0, 16.0, 0.0));
  CHECK(paper.per_token(1e9, 1024.0, 16.0, 64.0) == 6e9 + 14.0 * 1024.0 * 64.0 * 16.0);
}

}  // namespace
}  // namespace isoflop::size_test
