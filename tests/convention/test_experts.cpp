#include "catch.hpp"
#include "isoflop/convention/experts.hpp"
#include "isoflop/error.hpp"

namespace isoflop::experts_test {
namespace {

LawRecord law_of(const std::string& name, std::optional<double> expansion) {
  LawRecord out;
  out.law = name;
  out.expansion = expansion;
  return out;
}

std::string fault_of_plan(ExpertWords words, const LawRecord& law) {
  try {
    settle_for_plan(words, law);
  } catch (const InvalidArgument& fault) {
    return fault.field();
  }
  return "none";
}

TEST_CASE("settle_for_plan: counts become the rates of the law", "[convention][identity]") {
  ExpertWords words;
  words.num_experts = 1024;
  settle_for_plan(words, law_of("fine-grained-moe", 64.0));
  CHECK(words.expansion == 64.0);
  CHECK(words.granularity == 16.0);
  ExpertWords whole;
  whole.num_experts = 8;
  settle_for_plan(whole, law_of("joint-moe", std::nullopt));
  CHECK(whole.expansion == 8.0);
  CHECK_FALSE(whole.granularity);
}

TEST_CASE("settle_for_plan: rates alone stay as they are", "[convention][identity]") {
  ExpertWords words{.granularity = 0.5};
  settle_for_plan(words, law_of("fine-grained-moe", 64.0));
  CHECK_FALSE(words.expansion);
  CHECK(words.granularity == 0.5);
}

TEST_CASE("settle_for_plan: what a plan cannot hold is refused", "[convention][refusal]") {
  const LawRecord law = law_of("fine-grained-moe", 64.0);
  ExpertWords width;
  width.expert_width = 512;
  CHECK(fault_of_plan(width, law) == "expert_width");
  CHECK(fault_of_plan({.k0 = 2.0}, law) == "k0");
}

TEST_CASE("settle_for_runs: E follows from counts, or is asked for", "[convention][identity]") {
  ExpertWords words;
  words.num_experts = 512, words.top_k = 8;
  settle_for_runs(words);
  CHECK(words.expansion == 64.0);
  ExpertWords open;
  open.top_k = 8;
  CHECK_THROWS_WITH(settle_for_runs(open), "top_k alone leaves E open: add num_experts");
}

TEST_CASE("rates_of_law: a law of dense models has none", "[convention][identity]") {
  CHECK_FALSE(rates_of_law(law_of("chinchilla", 1.0), std::nullopt));
  CHECK_FALSE(rates_of_law(law_of("chinchilla", std::nullopt), std::nullopt));
  CHECK(rates_of_law(law_of("chinchilla", 8.0), std::nullopt)->granularity == 1.0);
  CHECK_FALSE(rates_of_law(law_of("fine-grained-moe", 64.0), std::nullopt)->granularity);
  CHECK(rates_of_law(law_of("fine-grained-moe", 64.0), 8.0)->granularity == 8.0);
}

}  // namespace
}  // namespace isoflop::experts_test
