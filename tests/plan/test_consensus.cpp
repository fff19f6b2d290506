#include <algorithm>
#include <cmath>
#include <limits>

#include "catch.hpp"
#include "isoflop/error.hpp"
#include "isoflop/laws/coefficients.hpp"
#include "isoflop/plan/consensus.hpp"
#include "requests.hpp"
#include "within.hpp"

namespace isoflop::testing::consensus_test {
namespace {

/// Its reason as a command line shows it.
LawOpinion opinion_on(const LawRecord& law, const ConsensusQuestion& question) {
  LawOpinion out = consensus({law}, question).at(0);
  out.reason = show_fields(out.reason, FieldStyle::kFlag);
  return out;
}
LawOpinion opinion(const std::string& law, double flops,
                   std::optional<double> expansion = std::nullopt) {
  return opinion_on(find_law(law), {flops, expansion, std::nullopt});
}

TEST_CASE("consensus: a fine-grained law says what its own plan says", "[plan][identity]") {
  const LawOpinion says = opinion("krajewski2024-e64", 1e21);
  const Plan plan = plan_at(moe_request(), 1e21);
  CHECK(says.applicable);
  CHECK(says.reason.empty());
  CHECK(says.n_active == plan.n_active);
  CHECK(says.d_tokens == plan.d_tokens);
  CHECK(says.granularity == plan.granularity);
  CHECK(says.loss == plan.loss);
  CHECK(says.accounting == FlopAccounting::kPaper);
  CHECK(says.expansion == 64.0);
  CHECK(says.embeddings == Embeddings::kExcluded);
  // (8 * 64 + 4) / 12 = 43 total parameters per active one, and E G experts.
  CHECK(says.n_total == Approx(43.0 * says.n_active).epsilon(1e-14));
  CHECK(says.num_experts() == 64.0 * 16.0);
}

TEST_CASE("consensus: embeddings are taken off the joint law through its family",
          "[plan][identity]") {
  const LawOpinion says = opinion("ludziejewski2025", 1e20, 8.0);
  // Without 2 d V the paper has N_act = 13 n d^2 and N_total = (4 + 9 E) n d^2 with n = d / 64.
  const double d = std::cbrt(64.0 * says.n_active / 13.0);
  PlanProblem request = request_for("ludziejewski2025", FlopAccounting::kSixNd);
  request.law.expansion = 8.0;
  request.shape = *request.law.family;
  const Plan plan = plan_at(request, 1e20);
  CHECK(says.embeddings == Embeddings::kExcluded);
  CHECK(says.n_active + 2.0 * d * 50257.0 == Approx(plan.n_active).epsilon(1e-12));
  CHECK(says.n_total == Approx((4.0 + 9.0 * 8.0) * d * d * d / 64.0).epsilon(1e-12));
  CHECK(says.d_tokens == plan.d_tokens);
}

TEST_CASE("consensus: the joint law at 1e20 FLOPs and E = 8 has its published optimum",
          "[plan][published]") {
  const LawOpinion says = opinion("ludziejewski2025", 1e20, 8.0);
  const double d = std::cbrt(64.0 * says.n_active / 13.0);
  // Printed to two or three digits: N_act = 990M with embeddings, D = 17B.
  CHECK(says.n_active + 2.0 * d * 50257.0 == Approx(990e6).epsilon(0.025));
  CHECK(says.d_tokens == Approx(17e9).epsilon(0.025));
}

TEST_CASE("consensus: a law with an E of its own takes the best of its range", "[plan][identity]") {
  const LawOpinion says = opinion("ludziejewski2025", 1e21);
  std::vector<double> tried;
  double best = std::numeric_limits<double>::infinity();
  for (const ExpansionTried& at : says.expansions_tried) {
    tried.push_back(at.expansion);
    CHECK(at.loss == opinion("ludziejewski2025", 1e21, at.expansion).loss);
    best = std::min(best, at.loss);
  }
  CHECK(tried == std::vector<double>{1, 2, 4, 8, 16, 32});
  CHECK(says.loss == best);
  CHECK(says.loss == opinion("ludziejewski2025", 1e21, says.expansion).loss);
}

TEST_CASE("consensus: N with embeddings and no shape is given as it is and marked",
          "[plan][identity]") {
  const LawOpinion says = opinion("hoffmann2022", 1e21);
  CHECK(says.n_active == plan_at(request_for("hoffmann2022", FlopAccounting::kSixNd), 1e21).n_law);
  CHECK(says.embeddings == Embeddings::kIncluded);
  CHECK(opinion("kaplan2020", 1e21).embeddings == Embeddings::kExcluded);
  const LawOpinion repeated =
      opinion_on(find_law("muennighoff2023"), {1e21, std::nullopt, std::optional<double>(1e12)});
  CHECK(repeated.embeddings == Embeddings::kUnknown);
}

TEST_CASE("consensus: granularity is converted to d_ff over d_expert", "[plan][published]") {
  const LawOpinion says = opinion("tian2025", 1e21);
  CHECK(says.applicable);
  // Its optimum is 2^(beta / (2 gamma)) = 2^(0.117 / 0.0334), of 2 d_model / d_expert.
  const double own = std::exp2(0.117 / 0.0334);
  CHECK(own == within(11.34, 0.005));
  CHECK(says.granularity_own == Approx(own).epsilon(1e-12));
  CHECK(says.granularity == Approx(2.0 * own).epsilon(1e-12));
  CHECK(says.finer_is_better == false);
  CHECK(std::isnan(says.leverage));
  CHECK(std::isnan(says.n_active));
}

TEST_CASE("consensus: the leverage takes a third of the training FLOPs as its compute",
          "[plan][published]") {
  // EL(A = .031, G = 12, C = 1e22) = 7.245; the optimum in G, 11.34, is flat and little higher.
  const LawOpinion says = opinion("tian2025", 3e22, 1.0 / 0.031);
  CHECK(says.leverage == within(7.245, 0.005));
  CHECK(says.leverage > 7.245);
}

TEST_CASE("consensus: the granularity of one law grows with the budget and of another does not",
          "[plan][published]") {
  // With the four-decimal set G = 8 is best from 1.21e16 FLOPs, 16 from 6.24e18, 32 from 2.84e21.
  const LawOpinion grows = opinion("krajewski2024-e64", 1e20);
  REQUIRE(grows.granularity_elsewhere.size() == 2);
  CHECK(grows.granularity_elsewhere[0].granularity == 8.0);
  CHECK(grows.granularity == 16.0);
  CHECK(grows.granularity_elsewhere[1].granularity == 32.0);
  CHECK(grows.finer_is_better == true);
  const LawOpinion stays = opinion("tian2025", 1e20);
  REQUIRE(stays.granularity_elsewhere.size() == 2);
  for (const GranularityAt& at : stays.granularity_elsewhere) {
    CHECK(at.granularity == stays.granularity);
  }
}

TEST_CASE("consensus: in_range says whether the plan lies within the runs", "[plan][identity]") {
  // At 1e21 FLOPs hoffmann2022 has 1.8B parameters and 91B tokens, runs to 16B and 500B.
  CHECK(opinion("hoffmann2022", 1e21).in_range == true);
  const LawOpinion far = opinion("hoffmann2022", 1e24);
  CHECK(far.in_range == false);
  CHECK(far.outside == std::vector<Variable>{Variable::kN, Variable::kD});
  const LawOpinion close = opinion("krajewski2024-e64", 1e21);  // G = 16 was trained, 106.7B not
  CHECK(close.in_range == false);
  CHECK(close.outside == std::vector<Variable>{Variable::kN});
  CHECK(close.outside_d_per_n);
}

TEST_CASE("consensus: in_range is open where the runs are not known", "[plan][identity]") {
  CHECK_FALSE(opinion("krajewski2024-e16", 1e21).in_range.has_value());
  CHECK_FALSE(opinion("ludziejewski2025", 1e21, 8.0).in_range.has_value());
  CHECK_FALSE(opinion("tian2025", 1e21).in_range.has_value());
  // Its N and D are not known, but E = 64 is beyond the 32 of its runs.
  CHECK(opinion("ludziejewski2025", 1e21, 64.0).in_range == false);
}

TEST_CASE("consensus: tokens beyond the unique ones are counted or remarked on",
          "[plan][identity]") {
  const ConsensusQuestion question{1e21, std::nullopt, 20e9};
  const LawOpinion knows = opinion_on(find_law("muennighoff2023"), question);
  CHECK(knows.applicable);
  CHECK(knows.reason.empty());
  CHECK(knows.epochs == Approx(knows.d_tokens / 20e9).epsilon(1e-14));
  CHECK(knows.epochs > 1.0);
  const LawOpinion ignores = opinion_on(find_law("hoffmann2022"), question);
  CHECK(ignores.applicable);
  CHECK(ignores.reason == "takes every token as new, but its D is more than the unique tokens");
}

TEST_CASE("consensus: a law that cannot answer says why", "[plan][refusal]") {
  struct Row {
    const char* law;
    std::optional<double> expansion;
    const char* reason;
  };
  const Row rows[] = {
      {"krajewski2024-e64", 8.0, "holds at E = 64, not at E = 8"},
      {"krajewski2024-e16", 64.0, "holds at E = 16, not at E = 64"},
      {"kaplan2020", 8.0, "holds at E = 1 (dense), not at E = 8"},
      {"muennighoff2023", {}, "needs --u, the number of unique tokens"},
      {"clark2022-hash",
       {},
       "has no D: it says nothing of tokens, so that a budget alone settles nothing"},
      {"abnar2025", 8.0,
       "its N counts embeddings and no shape is known: active parameters do not follow from it; "
       "quoted from a secondary source, and the range of its runs is not known"},
      {"tian2025", 1.0, "gives a compute multiplier that has no best granularity at E = 1"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.law);
    const LawOpinion says = opinion(row.law, 1e21, row.expansion);
    CHECK_FALSE(says.applicable);
    CHECK(says.reason == row.reason);
    CHECK(std::isnan(says.n_active));
    CHECK(std::isnan(says.d_tokens));
    CHECK(std::isnan(says.granularity));
    CHECK_FALSE(says.in_range.has_value());
  }
}

TEST_CASE("consensus: a law of routing says up to which size experts help", "[plan][identity]") {
  // 10^(-b/c) = 10^(0.108 / 0.009) = 1e12 for S-Base.
  CHECK(opinion("clark2022-sbase", 1e21).cutoff_parameters == Approx(1e12).epsilon(1e-12));
}

TEST_CASE("consensus: a budget without a plan is a reason and no error", "[plan][refusal]") {
  const LawOpinion says = opinion("krajewski2024-e64", 1e3);
  CHECK_FALSE(says.applicable);
  CHECK(says.reason == "the smallest model of this family could not be trained on one token");
}

TEST_CASE("consensus: what a law file leaves open is a reason", "[plan][refusal]") {
  LawRecord law = find_law("krajewski2024-e64");
  law.expansion.reset();
  CHECK(opinion_on(law, {1e21, std::nullopt, std::nullopt}).reason ==
        "the law does not say the expansion rate of its runs");
  CHECK(opinion_on(law, {1e21, 64.0, std::nullopt}).n_active ==
        opinion("krajewski2024-e64", 1e21).n_active);
  law = find_law("krajewski2024-e64");
  law.n_means = NMeaning::kUnspecified;
  CHECK(opinion_on(law, {1e21, std::nullopt, std::nullopt}).reason ==
        "the law does not say what its N counts");
  law = find_law("krajewski2024-e64");
  law.flops = FlopAccounting::kSixNd;
  CHECK(opinion_on(law, {1e21, std::nullopt, std::nullopt}).reason ==
        "6ND puts no price on granularity, so the finest would always win");
  law = find_law("ludziejewski2025");
  law.ranges[Variable::kE].reset();
  CHECK(opinion_on(law, {1e21, std::nullopt, std::nullopt}).reason ==
        "needs --expansion E: the range of its runs is not known");
  law = find_law("hoffmann2022");
  law.fit_status = "not_converged";
  CHECK(opinion_on(law, {1e21, std::nullopt, std::nullopt}).reason == "this fit is not_converged");
}

TEST_CASE("consensus: a law whose sparsity follows from E is asked at that sparsity",
          "[plan][identity]") {
  LawRecord law = find_law("abnar2025");
  law.n_means = NMeaning::kActiveNonEmbedding;
  law.secondary_source = false;
  CHECK(opinion_on(law, {1e21, std::nullopt, std::nullopt}).reason ==
        "needs --expansion E, from which S = 1 - 1 / E with k0 = 1");
  PlanProblem request;
  request.law = law;
  request.law.expansion = 8.0;
  request.given[index_of(Variable::kS)] = 0.875;  // 7 of 8 experts are not used
  CHECK(opinion_on(law, {1e21, 8.0, std::nullopt}).loss == plan_at(request, 1e21).loss);
}

TEST_CASE("disagreement: spreads name the lowest and the highest applicable law",
          "[plan][identity]") {
  std::vector<LawOpinion> opinions(4);
  const double n[] = {2e9, 8e9, 1e9, 4e9}, d[] = {3e10, 1e10, 9e11, 2e10};
  for (std::size_t i = 0; i < opinions.size(); ++i) {
    opinions[i].law = std::string(1, static_cast<char>('a' + i));
    opinions[i].applicable = i != 2;
    opinions[i].n_active = n[i];
    opinions[i].d_tokens = d[i];
  }
  const Disagreement apart = disagreement(opinions);
  REQUIRE(apart.n_active.has_value());
  CHECK(apart.n_active->low_law == "a");
  CHECK(apart.n_active->high_law == "b");
  CHECK(apart.n_active->ratio() == 4.0);
  CHECK(apart.d_tokens->low_law == "b");
  CHECK(apart.d_tokens->high == 3e10);
  CHECK(apart.tokens_per_active_parameter->low == 1.25);
  CHECK(apart.tokens_per_active_parameter->high == 15.0);
  CHECK_FALSE(disagreement({opinions[2]}).n_active.has_value());
}

TEST_CASE("consensus: questions that make no sense are refused", "[plan][refusal]") {
  const std::vector<LawRecord> laws{find_law("hoffmann2022")};
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const ConsensusQuestion& question :
       {ConsensusQuestion{0.0, {}, {}}, ConsensusQuestion{nan, {}, {}},
        ConsensusQuestion{-1e21, {}, {}}, ConsensusQuestion{1e21, 0.5, {}},
        ConsensusQuestion{1e21, nan, {}}, ConsensusQuestion{1e21, {}, 0.0}}) {
    CHECK_THROWS_AS(consensus(laws, question), InvalidArgument);
  }
}

}  // namespace
}  // namespace isoflop::testing::consensus_test
