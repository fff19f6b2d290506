// The granularity cells of the OLMoE ladder (AI2, 2026, unpublished work in progress): best
// learning rate of each cell at expansion 12. The objectives were recomputed by an independent
// program.
#include "catch.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/laws/list.hpp"
#include "public_runs.hpp"
#include "within.hpp"

namespace isoflop::testing::olmoe_sweep_test {
namespace {

TEST_CASE("read_records: the OLMoE sweep has 51 granularity cells", "[published][published]") {
  const Records records = olmoe_cells();
  CHECK(records.runs.num_runs() == 51);
  CHECK(records.log.num_rows_read == 183);
  REQUIRE(records.log.dropped.size() == 2);
  CHECK(records.log.dropped[0].count + records.log.dropped[1].count == 183 - 51);
}

TEST_CASE("fit: fine-grained-moe on the OLMoE sweep reaches the known objective",
          "[published][published]") {
  const FitReport report = fit(FineGrainedMoe::kName, olmoe_cells().runs);
  CHECK(report.status == FitStatus::kConverged);
  // The reference has nine digits of objective and two to three of the coefficients; the valley is
  // flat: c and gamma are weakly identified.
  CHECK(report.objective == Approx(8.20849473e-05).epsilon(1e-6));
  CHECK(report.coefficients.at(1) == within(0.179, 1e-3));
  CHECK(report.coefficients.at(3) == within(0.172, 1e-3));
  CHECK(report.coefficients.at(5) == within(0.93, 1e-2));
  CHECK(report.coefficients.at(6) == within(1.05, 1e-2));
}

TEST_CASE("fit: chinchilla on the OLMoE sweep reaches the known objective",
          "[published][published]") {
  const FitReport report = fit(Chinchilla::kName, olmoe_cells().runs);
  CHECK(report.status == FitStatus::kConverged);
  CHECK(report.objective == Approx(1.62184688e-04).epsilon(1e-6));  // digits of the reference
}

}  // namespace
}  // namespace isoflop::testing::olmoe_sweep_test
