// Public records of runs that were planned well: the inspection says of them only what is true.
#include "catch.hpp"
#include "isoflop/fit/inspect_runs.hpp"
#include "isoflop/laws/list.hpp"
#include "public_runs.hpp"

namespace isoflop::testing::inspect_published_runs_test {
namespace {

TEST_CASE("inspect_runs: the points of Hoffmann et al. raise nothing", "[published][published]") {
  const auto all = chinchilla_points({});  // ends the test where the records are absent
  CHECK(inspect_runs(Chinchilla::kName, all).empty());
  CHECK(inspect_runs(Chinchilla::kName, chinchilla_points_240()).empty());
}

TEST_CASE("inspect_runs: the OLMoE cells are on four sizes and nothing else is raised",
          "[published][published]") {
  const auto findings = inspect_runs(FineGrainedMoe::kName, olmoe_cells().runs);
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].severity == FindingSeverity::kNote);
  CHECK(findings[0].what.find("only 4 values of N") != std::string::npos);
}

TEST_CASE("inspect_runs: the grid of Krajewski et al. has four values of D and no fault",
          "[published][published]") {
  const auto findings = inspect_runs(FineGrainedMoe::kName, shipped_simulated_runs());
  REQUIRE(findings.size() == 1);
  CHECK(findings[0].severity == FindingSeverity::kNote);
  CHECK(findings[0].what.find("only 4 values of D") != std::string::npos);
}

}  // namespace
}  // namespace isoflop::testing::inspect_published_runs_test
