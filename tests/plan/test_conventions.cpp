#include <cmath>
#include <limits>
#include <utility>

#include "catch.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/law_file.hpp"
#include "isoflop/plan/plan_fault.hpp"
#include "requests.hpp"

namespace isoflop::testing::conventions_test {
namespace {

/// The text of the InvalidArgument that planning throws, "" if it throws none.
std::string refusal_of(const PlanProblem& request, double flops = 1e21) {
  try {
    plan_at(request, flops);
  } catch (const InvalidArgument& fault) {
    return show_fields(fault.marked(), FieldStyle::kFlag);
  }
  return "";
}

TEST_CASE("plan_law: a search for granularity under 6ND is refused", "[plan][refusal]") {
  for (const auto search : {GranularitySearch::kPowersOfTwo, GranularitySearch::kContinuous}) {
    PlanProblem request = moe_request();
    request.accounting = FlopAccounting::kSixNd;
    request.search.search = search;
    CHECK(refusal_of(request) ==
          "6ND puts no price on granularity, so the finest would always win: add --granularity X, "
          "or use --cost paper");
  }
}

TEST_CASE("plan_law: a law without tokens or without a loss has no plan", "[plan][refusal]") {
  for (const auto& [preset, law] :
       {std::pair("clark2022-sbase", "routed"), std::pair("tian2025", "efficiency-leverage")}) {
    for (const auto accounting : {FlopAccounting::kSixNd, FlopAccounting::kPaper}) {
      CHECK(refusal_of(request_for(preset, accounting)) ==
            std::string("the law ") + law +
                " has no compute-optimal plan: it does not give a loss from N and D");
    }
  }
}

TEST_CASE("plan_law: a variable that a plan does not choose is asked for", "[plan][refusal]") {
  CHECK(refusal_of(request_for("muennighoff2023", FlopAccounting::kSixNd)) ==
        "the law data-constrained needs --u (unique training tokens)");
  PlanProblem repeated = request_for("muennighoff2023", FlopAccounting::kSixNd);
  repeated.given[index_of(Variable::kU)] = -1.0;
  CHECK(refusal_of(repeated) == "--u is not > 0");
  CHECK(refusal_of(request_for("ludziejewski2025", FlopAccounting::kSixNd)) ==
        "the law joint-moe needs --expansion (expansion rate, or number of experts)");
}

TEST_CASE("plan_law: an expansion rate that nobody said is asked for", "[plan][refusal]") {
  const std::string refusal =
      "the law does not say the expansion rate of its runs: add --expansion E";
  for (const auto accounting : {FlopAccounting::kSixNd, FlopAccounting::kPaper}) {
    PlanProblem moe = moe_request_at(8.0);
    moe.accounting = accounting;
    moe.law.expansion.reset();
    CHECK(refusal_of(moe) == refusal);
  }
  PlanProblem dense = request_for("krajewski2024-dense", FlopAccounting::kPaper);
  dense.law.expansion.reset();
  CHECK(refusal_of(dense) == refusal);
}

TEST_CASE("plan_law: an MoE law whose N nobody explained is refused", "[plan][refusal]") {
  PlanProblem request = moe_request();
  request.law.n_means = NMeaning::kUnspecified;
  CHECK(refusal_of(request) ==
        "the law does not say what its N counts: add --n-means total_non_embedding or --n-means "
        "active_non_embedding");
}

TEST_CASE("plan_law: an N with embeddings gives no active parameters", "[plan][refusal]") {
  PlanProblem moe = moe_request();
  moe.law.n_means = NMeaning::kTotal;
  CHECK_FALSE(refusal_of(moe).empty());
  CHECK(refusal_of(request_for("hoffmann2022", FlopAccounting::kPaper)) ==
        "the law's N counts embeddings; active parameters without them follow from it only with "
        "--vocab (--cost 6nd takes N as it is)");
}

TEST_CASE("plan_law: a dense law under 6ND takes N as it is", "[plan][identity]") {
  PlanProblem request = request_for("hoffmann2022", FlopAccounting::kSixNd);
  const double n = plan_at(request, 1e21).n_law;
  request.law.expansion.reset();
  for (const auto meaning : {NMeaning::kUnspecified, NMeaning::kTotal,
                             NMeaning::kActiveNonEmbedding, NMeaning::kTotalNonEmbedding}) {
    request.law.n_means = meaning;
    CHECK(plan_at(request, 1e21).n_law == n);
  }
}

TEST_CASE("plan_law: a law in active parameters plans with them", "[plan][identity]") {
  PlanProblem request = moe_request_at(8.0);
  request.law.n_means = NMeaning::kActiveNonEmbedding;
  const Plan plan = plan_at(request, 1e21);
  CHECK(plan.n_law == plan.n_active);
  CHECK(plan.n_total == Approx(43.0 * plan.n_active).epsilon(1e-14));
  CHECK(plan.loss == Approx(loss_at(request, plan.n_active, plan.d_tokens, 8.0)).epsilon(1e-14));
}

TEST_CASE("plan_law: E = 16 has eleven total parameters per active one", "[plan][published]") {
  const Plan plan = plan_at(request_for("krajewski2024-e16", FlopAccounting::kPaper), 1e21);
  CHECK(plan.n_law == Approx(11.0 * plan.n_active).epsilon(1e-14));
}

TEST_CASE("plan_law: a law that counts embeddings has no width and depth", "[plan][identity]") {
  const Plan plan = plan_at(request_for("hoffmann2022", FlopAccounting::kSixNd), 1e21);
  CHECK(plan.status == PlanStatus::kOptimal);
  CHECK(std::isnan(plan.d_model));
  CHECK(std::isnan(plan.n_blocks));
}

TEST_CASE("plan_law: a budget that is not positive and finite is refused", "[plan][refusal]") {
  for (const double flops : {0.0, -1e21, std::numeric_limits<double>::infinity(),
                             std::numeric_limits<double>::quiet_NaN()}) {
    CHECK(refusal_of(moe_request(), flops) == "a budget must be a positive finite number");
  }
}

TEST_CASE("plan_law: a granularity below one is refused", "[plan][refusal]") {
  for (const double g : {0.5, 0.0, -1.0, std::numeric_limits<double>::quiet_NaN()}) {
    CHECK(refusal_of(moe_request_at(g)) == "granularity must be a finite number of at least 1");
  }
}

TEST_CASE("plan_law: a vocabulary splits a total N", "[plan][identity]") {
  PlanProblem request = request_for("hoffmann2022-unrounded", FlopAccounting::kSixNd);
  request.embedding_rows = 2.0 * 32000.0;
  const Plan plan = plan_at(request, 1e21);
  REQUIRE(plan.status == PlanStatus::kOptimal);
  const double d_model = request.shape.d_model(plan.n_active);
  CHECK(plan.n_law == Approx(plan.n_active + 64000.0 * d_model).epsilon(1e-12));
  CHECK(plan.d_model == Approx(d_model).epsilon(1e-12));
  CHECK(6.0 * plan.n_active * plan.d_tokens == Approx(1e21).epsilon(1e-12));
  CHECK(plan.loss ==
        Approx(loss(Chinchilla{}, request.law.coefficients, std::array{plan.n_law, plan.d_tokens}))
            .epsilon(1e-12));
  // It is an optimum: sizes beside it with the same FLOPs are worse.
  for (const double factor : {0.97, 1.03}) {
    const double n = plan.n_active * factor;
    const double beside =
        loss(Chinchilla{}, request.law.coefficients,
             std::array{n + 64000.0 * request.shape.d_model(n), plan.d_tokens / factor});
    CHECK(beside > plan.loss);
  }
}

TEST_CASE("plan_law: a vocabulary is refused where N holds no embeddings", "[plan][refusal]") {
  PlanProblem request = moe_request();
  request.embedding_rows = 32000.0;
  CHECK(refusal_of(request).find("a vocabulary is of use only") == 0);
}

TEST_CASE("plan_fault: what plan_law throws is known before", "[plan][refusal]") {
  const auto fault_of = [](const PlanProblem& problem) {
    const auto fault = plan_fault(problem);
    return fault ? show_fields(fault->marked(), FieldStyle::kFlag) : "";
  };
  for (const LawRecord& law : preset_laws()) {
    for (const auto accounting : {FlopAccounting::kSixNd, FlopAccounting::kPaper}) {
      for (const auto search : {GranularitySearch::kPowersOfTwo, GranularitySearch::kFixed}) {
        for (const double rows : {0.0, 32000.0}) {
          for (const double unique : {Plan::kNone, 0.0, 1e12}) {
            PlanProblem problem;
            problem.law = law;
            problem.accounting = accounting;
            problem.search.search = search;
            problem.embedding_rows = rows;
            problem.given[index_of(Variable::kU)] = unique;
            CAPTURE(law.name);
            CHECK(fault_of(problem) == refusal_of(problem));
          }
        }
      }
    }
  }
  CHECK(plan_fault(request_for("muennighoff2023", FlopAccounting::kSixNd))->field() == "u");
  CHECK_FALSE(plan_fault(moe_request()));
}

TEST_CASE("plan_law: without the range of its runs a law from a secondary source plans nothing",
          "[plan][refusal]") {
  PlanProblem request = moe_request();
  request.law.secondary_source = true;
  CHECK(plan_at(request, 1e21).status == PlanStatus::kOutsideRange);
  request.law.ranges = {};
  const Plan unknown = plan_at(request, 1e21);
  CHECK(unknown.status == PlanStatus::kOutsideRange);
  CHECK(unknown.note.find("not known") != std::string::npos);
}

}  // namespace
}  // namespace isoflop::testing::conventions_test
