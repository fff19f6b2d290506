// Rows that were timed on a device: their order, their fields, and what is refused.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "catch.hpp"
#include "device.hpp"
#include "isoflop/cost/measured_table.hpp"
#include "isoflop/cost/moe_work.hpp"
#include "layers.hpp"

namespace times_test {

using namespace isoflop;
using namespace isoflop::bench;
using namespace isoflop_test;

namespace {

TimingOptions short_options() {
  TimingOptions options;
  options.max_seconds = 0.3;
  return options;
}

std::vector<CostRow> timed(const Configuration& configuration, const TimingOptions& options) {
  Device& device = require_device();
  const CheckReport report = device.check(configuration);
  REQUIRE(report.passed());
  return device.time(configuration, options, report);
}

}  // namespace

TEST_CASE("times: p10 and median and p90 of every row are positive and in this order",
          "[cuda][gpu][identity]") {
  for (const std::string& backend : backends_to_test()) {
    for (const CostRow& row : timed(small_configuration(backend, "balanced"), short_options())) {
      INFO(backend << ", " << to_string(row.pass) << ", " << to_string(row.stage));
      CHECK(row.p10_s > 0.0);
      CHECK(row.p10_s <= row.time_s);
      CHECK(row.time_s <= row.p90_s);
      CHECK(row.low_s <= row.time_s);
      CHECK(row.time_s <= row.high_s);
      CHECK(row_fault(CostSource::kMeasured, row).empty());
    }
  }
}

TEST_CASE(
    "times: a configuration gives its passes as graphs, the last eager too, and all its stages",
    "[cuda][gpu][identity]") {
  const std::vector<CostRow> rows =
      timed(small_configuration("grouped", "multinomial"), short_options());
  auto count = [&](auto&& matches) { return std::count_if(rows.begin(), rows.end(), matches); };
  for (const Pass pass : {Pass::kForward, Pass::kBackward, Pass::kBoth}) {
    for (const bool graph : {true, false}) {
      CHECK(count([&](const CostRow& row) {
              return row.stage == Stage::kWhole && row.pass == pass && row.graph == graph;
            }) == (graph || pass == Pass::kBoth ? 1 : 0));
    }
  }
  CHECK(count([](const CostRow& row) { return is_forward(row.stage); }) == 7);
  CHECK(count([](const CostRow& row) { return is_backward(row.stage); }) == 10);
}

TEST_CASE("times: a backend has the stages that it leaves and says what it fuses",
          "[cuda][gpu][identity]") {
  for (const std::string& backend : dropless_backends()) {
    INFO(backend);
    const Fusion fused = parse_backend_name(backend).fused;
    std::vector<Stage> stages;
    for (const CostRow& row : timed(small_configuration(backend, "multinomial"), short_options())) {
      CHECK(row.backend == backend);
      CHECK(row.fused == fused);
      if (row.stage != Stage::kWhole) stages.push_back(row.stage);
    }
    CHECK(stages == stages_of(Pass::kBoth, fused));
  }
}

TEST_CASE("times: one pass and no stages give one row", "[cuda][gpu][identity]") {
  TimingOptions options = short_options();
  options.pass = Pass::kForward;
  options.stages = options.eager = false;
  for (const Regime regime : {Regime::kSustained, Regime::kBurst}) {
    options.regime = regime;
    const std::vector<CostRow> rows = timed(small_configuration("grouped", "router"), options);
    REQUIRE(rows.size() == 1);
    CHECK(rows[0].regime == regime);
    CHECK(rows[0].pass == Pass::kForward);
  }
}

TEST_CASE("times: a failed check or that of another seed gives none", "[cuda][gpu][refusal]") {
  Device& device = require_device();
  Configuration configuration = small_configuration("grouped", "balanced");
  CheckReport report = device.check(configuration);
  REQUIRE(report.passed());

  CheckReport failed = report;
  failed.items[0].error = 2.0 * failed.items[0].tolerance + 1.0;
  CHECK_THROWS_AS(device.time(configuration, short_options(), failed), CudaError);
  failed.items[0].error = std::nan("");
  CHECK_THROWS_AS(device.time(configuration, short_options(), failed), CudaError);
  failed.items.clear();
  CHECK_THROWS_AS(device.time(configuration, short_options(), failed), CudaError);

  configuration.seed = 7;
  CHECK_THROWS_AS(device.time(configuration, short_options(), report), CudaError);
}

TEST_CASE("times: the anchor and the peaks are positive", "[cuda][gpu][identity]") {
  Device& device = require_device();
  CHECK(device.anchor_s() > 0.0);
  const CostPeaks peaks = device.measure_peaks();
  CHECK(peaks.gemm_flops_per_s > 0.0);
  CHECK(peaks.gemm_mnk[0] > 0);
  CHECK(peaks.copy_bytes_per_s > 0.0);
  CHECK(peaks.gather_bytes_per_s > 0.0);
}

}  // namespace times_test
