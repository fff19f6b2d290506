#include <cmath>
#include <limits>

#include "catch.hpp"
#include "doubted_laws.hpp"
#include "isoflop/error.hpp"
#include "isoflop/plan/plan_doubts.hpp"
#include "isoflop/plan/plan_draws.hpp"
#include "requests.hpp"

namespace isoflop::testing::plan_doubts_test {
namespace {

/// The plan of the law that these are the draws of, with its draws.
Plan plan_with(const std::vector<std::vector<double>>& draws) {
  PlanProblem request = request_for("hoffmann2022", FlopAccounting::kSixNd);
  request.law.coefficients = planning_times(1.0);
  request.law.draws.bootstrap = draws;
  auto plans = plan_law(request, {1e21});
  add_draws(request, plans);
  return plans.at(0);
}

/// What a plan is doubted for.
std::vector<PlanDoubtKind> kinds_of(const Plan& plan, const DoubtThresholds& thresholds = {}) {
  std::vector<PlanDoubtKind> out;
  for (const PlanDoubt& doubt : doubts_of(plan, thresholds)) out.push_back(doubt.kind);
  return out;
}

using Kinds = std::vector<PlanDoubtKind>;

/// An interval of N to eight digits (the root of a derivative), a regret to six of its share (the
/// differences of two losses).
constexpr double kSide = 1e-5;

/// With only this threshold in reach.
DoubtThresholds only_span(double threshold) { return {threshold, 1.0, 1.0}; }
DoubtThresholds only_regret(double threshold) { return {1e300, threshold, 1.0}; }

TEST_CASE("doubts_of: an interval of N that spans more than a factor of 30 is a doubt",
          "[plan][identity]") {
  const DoubtThresholds defaults;
  CHECK(kinds_of(plan_with(draws_that_span(30.0 * (1 - kSide))), only_span(defaults.n_span)) ==
        Kinds{});
  const Plan plan = plan_with(draws_that_span(30.0 * (1 + kSide)));
  CHECK(kinds_of(plan, only_span(defaults.n_span)) == Kinds{PlanDoubtKind::kNSpan});
  CHECK(doubts_of(plan)[0].value == Approx(30.0).epsilon(2 * kSide));
  CHECK(doubts_of(plan)[0].threshold == 30.0);
}

TEST_CASE("doubts_of: a mean regret of more than a fifth of the budget is a doubt",
          "[plan][identity]") {
  CHECK(kinds_of(plan_with(draws_that_lose(0.2 * (1 - kSide)))) == Kinds{});
  const Plan plan = plan_with(draws_that_lose(0.2 * (1 + kSide)));
  CHECK(kinds_of(plan) == Kinds{PlanDoubtKind::kRegret});
  CHECK(doubts_of(plan)[0].value == Approx(0.2).epsilon(2 * kSide));
  CHECK(doubts_of(plan)[0].threshold == 0.2);
}

TEST_CASE("doubts_of: more than one refit in twenty without a plan is a doubt",
          "[plan][identity]") {
  CHECK(kinds_of(plan_with(draws_without_plan(5))) == Kinds{});
  const Plan plan = plan_with(draws_without_plan(6));
  CHECK(kinds_of(plan) == Kinds{PlanDoubtKind::kWithoutPlan});
  CHECK(doubts_of(plan)[0].value == 0.06);
  CHECK(doubts_of(plan)[0].threshold == 0.05);
}

TEST_CASE("doubts_of: thresholds move both ways", "[plan][identity]") {
  const Plan span = plan_with(draws_that_span(8.0));
  CHECK(kinds_of(span, only_span(8.0 * (1 + kSide))) == Kinds{});
  CHECK(kinds_of(span, only_span(8.0 * (1 - kSide))) == Kinds{PlanDoubtKind::kNSpan});
  const Plan regret = plan_with(draws_that_lose(0.4));
  CHECK(kinds_of(regret, only_regret(0.4 * (1 + kSide))) == Kinds{});
  CHECK(kinds_of(regret, only_regret(0.4 * (1 - kSide))) == Kinds{PlanDoubtKind::kRegret});
  const Plan without = plan_with(draws_without_plan(1));
  CHECK(kinds_of(without, {1e300, 1.0, 0.01}) == Kinds{});
  CHECK(kinds_of(without, {1e300, 1.0, 0.0}) == Kinds{PlanDoubtKind::kWithoutPlan});
}

TEST_CASE("doubts_of: each doubt is named beside the others", "[plan][identity]") {
  auto draws = draws_that_span(400.0);
  draws.insert(draws.end(), 12, planning_nothing());
  CHECK(kinds_of(plan_with(draws)) ==
        Kinds{PlanDoubtKind::kNSpan, PlanDoubtKind::kRegret, PlanDoubtKind::kWithoutPlan});
}

TEST_CASE("doubts_of: an undetermined plan stays the optimum of its law", "[plan][identity]") {
  std::vector<Plan> plans{plan_with(draws_that_span(100.0)), plan_with(draws_that_span(2.0))};
  CHECK_FALSE(plans[0].undetermined());  // nobody asked yet
  add_doubts(plans);
  CHECK(plans[0].undetermined());
  CHECK(plans[0].usable());
  CHECK(plans[0].status == PlanStatus::kOptimal);
  CHECK(plans[0].n_active == Approx(std::sqrt(1e21 / 6.0)).epsilon(1e-9));
  CHECK(std::string(word_for(plans[0])) == "undetermined");
  CHECK(std::string(word_for(plans[1])) == "optimal");
}

TEST_CASE("doubts_of: a plan of which no draw speaks is in no doubt", "[plan][identity]") {
  CHECK(doubts_of(plan_with({})).empty());
  Plan small = plan_at(request_for("hoffmann2022", FlopAccounting::kSixNd), 1e3);
  small.doubts = doubts_of(small);
  CHECK_FALSE(small.undetermined());
  CHECK(std::string(word_for(small)) == "budget_too_small");
}

TEST_CASE("doubts_of: draws without any plan span infinitely much", "[plan][identity]") {
  const auto doubts = doubts_of(plan_with(draws_without_plan(100)));
  REQUIRE(doubts.size() == 2);
  CHECK(doubts[0].kind == PlanDoubtKind::kNSpan);
  CHECK(std::isinf(doubts[0].value));
  CHECK(doubts[1].value == 1.0);
}

TEST_CASE("doubts_of: thresholds that no plan could keep or break are refused", "[plan][refusal]") {
  const Plan plan = plan_with(draws_that_span(2.0));
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<DoubtThresholds> nonsense{
      {1.0, 0.2, 0.05},   {-30.0, 0.2, 0.05}, {nan, 0.2, 0.05},   {30.0, -0.1, 0.05},
      {30.0, 20.0, 0.05}, {30.0, nan, 0.05},  {30.0, 0.2, -0.01}, {30.0, 0.2, 5.0}};
  for (const DoubtThresholds& thresholds : nonsense) {
    CAPTURE(thresholds.n_span, thresholds.regret, thresholds.without_plan);
    CHECK_THROWS_AS(doubts_of(plan, thresholds), InvalidArgument);
  }
}

}  // namespace
}  // namespace isoflop::testing::plan_doubts_test
