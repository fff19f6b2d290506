#include <cmath>

#include "catch.hpp"
#include "isoflop/convention/granularity.hpp"
#include "isoflop/convention/of_rates.hpp"
#include "isoflop/error.hpp"

namespace isoflop::of_rates_test {
namespace {

LawRecord law_of(const std::string& name, GMeaning g_means = GMeaning::kUnspecified) {
  LawRecord out;
  out.law = name;
  out.g_means = g_means;
  return out;
}

const ExpertRates kRates{.expansion = 64.0, .granularity = 16.0, .k0 = 2.0};

TEST_CASE("from_rates: E, S and A are those of k0 and E", "[convention][identity]") {
  const LawRecord law = law_of("sparsity");
  CHECK(from_rates(law, Variable::kE, kRates)->value == 64.0);
  CHECK(from_rates(law, Variable::kS, kRates)->value == 1.0 - 2.0 / 64.0);
  CHECK(from_rates(law, Variable::kA, kRates)->value == 2.0 / 64.0);
  CHECK(from_rates(law, Variable::kA, kRates)->how == "A is k0 = 2 of E = 64");
  CHECK_FALSE(from_rates(law, Variable::kN, kRates));
}

TEST_CASE("from_rates: dense rates are E = 1, S = 0 and A = 1", "[convention][identity]") {
  const ExpertRates dense{.expansion = 1.0, .granularity = 1.0};
  const LawRecord law = law_of("sparsity");
  CHECK(from_rates(law, Variable::kE, dense)->value == 1.0);
  CHECK(from_rates(law, Variable::kS, dense)->value == 0.0);
  CHECK(from_rates(law, Variable::kA, dense)->value == 1.0);
}

TEST_CASE("granularity_of_law: there and back is where it began", "[convention][recovery]") {
  for (const GMeaning means : {GMeaning::kDffOverDexpert, GMeaning::kTwoDmodelOverDexpert}) {
    const LawRecord law = law_of("fine-grained-moe", means);
    const double own = granularity_of_law(law, 16.0).value;
    CHECK(own * common_granularity_per(means) == 16.0);
    std::array<double, kNumVariables> values{};
    values[index_of(Variable::kG)] = own;
    CHECK(rates_at(law, values).granularity == 16.0);
  }
  for (const GMeaning means : {GMeaning::kActiveExperts, GMeaning::kUnspecified}) {
    CHECK_THROWS_AS(granularity_of_law(law_of("fine-grained-moe", means), 16.0), InvalidArgument);
    CHECK(std::isnan(common_granularity_per(means)));
  }
}

TEST_CASE("require_holds_at: a law holds at its own rates only", "[convention][refusal]") {
  LawRecord law = law_of("chinchilla");
  law.expansion = 8.0;
  const ExpertRates own{.expansion = 8.0, .granularity = 1.0};
  CHECK_NOTHROW(require_holds_at(law, "mine.json", own));
  CHECK_THROWS_WITH(require_holds_at(law, "mine.json", {.expansion = 4.0}),
                    "E = 4 contradicts mine.json, which holds for E = 8");
  CHECK_THROWS_WITH(require_holds_at(law, "mine.json", {.expansion = 8.0, .k0 = 2.0}),
                    Catch::Matchers::StartsWith("k0 = 2: the laws hold for k0 = 1"));
  CHECK_THROWS_WITH(require_holds_at(law, "mine.json", {.expansion = 8.0, .granularity = 4.0}),
                    "G = 4: the law chinchilla has no granularity, it holds for G = 1");
  CHECK_NOTHROW(require_holds_at(law_of("sparsity"), "sparse", kRates));
}

TEST_CASE("knows_experts: a law of dense models does not", "[convention][identity]") {
  CHECK_FALSE(knows_experts(law_of("chinchilla")));
  CHECK(knows_experts(law_of("fine-grained-moe")));
  CHECK(knows_experts(law_of("sparsity")));
}

}  // namespace
}  // namespace isoflop::of_rates_test
