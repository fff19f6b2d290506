// Some of what isoflop_plan_properties tries a million of.
#include "catch.hpp"
#include "plans/broken_promise.hpp"

namespace isoflop::fuzz {
namespace {

TEST_CASE("plan: cost their budget and get no worse with more of it or looser limits",
          "[plan][identity]") {
  PlanChecks checks;
  for (std::uint64_t seed = 1; seed <= 4'000; ++seed) {
    CAPTURE(seed);
    REQUIRE(broken_promise(RandomPlan(seed), checks) == "");
  }
  CHECK(checks.plans > 2'000);
  CHECK(checks.compared > 2'000);
}

// Continuous granularities under limits that hold more or fewer parameters at another G.
TEST_CASE("plan: the best continuous granularity is that within its limits", "[plan][identity]") {
  PlanChecks checks;
  for (const std::uint64_t seed : {11'393u, 22'582u, 77'026u, 97'884u, 123'204u, 131'635u}) {
    CAPTURE(seed);
    CHECK(broken_promise(RandomPlan(seed), checks) == "");
  }
}

}  // namespace
}  // namespace isoflop::fuzz
