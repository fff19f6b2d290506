#include <cmath>

#include "catch.hpp"
#include "isoflop/fit/bootstrap.hpp"
#include "isoflop/fit/calibrate.hpp"
#include "planted_runs.hpp"

namespace isoflop::testing::calibrate_test {
namespace {

BacktestOptions quick() {
  BacktestOptions options;
  options.fit.num_starts = 40;
  options.draw = [](const AnyLaw& law, const RunTable& runs, const FitOptions& how,
                    const FitReport& fit) {
    return bootstrap(law, runs, how, fit, {.resamples = 100, .seed = how.seed, .jackknife = false})
        .draws;
  };
  return options;
}

/// 63 runs of the law of Hoffmann et al., a further `bend` of ln L for every decade of compute
/// beyond the middle of them.
RunTable runs_with_bend(double bend, std::uint64_t seed) {
  RunTable runs;
  Random random(seed);
  for (int n = 0; n < 9; ++n) {
    for (int d = 0; d < 7; ++d) {
      runs.column(Variable::kN).push_back(1e8 * std::pow(10.0, n / 4.0));
      runs.column(Variable::kD).push_back(2e9 * std::pow(10.0, d / 3.0));
    }
  }
  runs.loss.assign(runs.column(Variable::kN).size(), 0.0);
  for (std::size_t i = 0; i < runs.loss.size(); ++i) {
    const double compute = 6.0 * runs.column(Variable::kN)[i] * runs.column(Variable::kD)[i];
    runs.loss[i] =
        loss_of_row("chinchilla", kHoffmann, runs, i) *
        std::exp(bend * std::max(0.0, std::log10(compute / 4e19)) + 0.002 * random.normal());
  }
  return runs;
}

TEST_CASE("calibrate: a law that bends is widened, more so further away", "[fit][recovery]") {
  const CalibrationReport report =
      calibrate_new_runs("chinchilla", runs_with_bend(0.02, 1), quick());
  REQUIRE(report.usable());
  const NewRunCalibration& c = report.calibration;
  CHECK(c.measure == ComputeMeasure::kSixNd);
  CHECK(c.largest_compute == Approx(6.0 * 1e10 * 2e11));
  CHECK(c.num_hold_outs >= 3);
  CHECK(c.steps.back().factor > 1.5);
  CHECK(c.steps.back().covered_before < 0.9);
  double last = 1.0;
  for (const WideningStep& step : c.steps) {
    CHECK(step.factor >= last);
    CHECK(step.covered_after >= step.covered_before);
    last = step.factor;
  }
  // Interpolated factors: a step's own forecasts lie on both sides of where its factor holds.
  CHECK(c.steps.back().covered_after > 0.85);
}

TEST_CASE("calibrate: the law behind the runs is widened little", "[fit][recovery]") {
  int widened = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const CalibrationReport report =
        calibrate_new_runs("chinchilla", runs_with_bend(0.0, seed), quick());
    REQUIRE(report.usable());
    CHECK(report.calibration.factor_at(10.0) < 2.5);
    widened += report.calibration.factor_at(10.0) > 1.2;
  }
  CHECK(widened <= 2);
}

TEST_CASE("calibrate: forecasts are those of a backtest", "[fit][identity]") {
  const RunTable runs = runs_with_bend(0.02, 2);
  const CalibrationReport a = calibrate_new_runs("chinchilla", runs, quick());
  const CalibrationReport b = calibrate_new_runs("chinchilla", runs, quick());
  REQUIRE(a.usable());
  REQUIRE(a.calibration.steps.size() == b.calibration.steps.size());
  std::size_t forecasts = 0;
  for (std::size_t s = 0; s < a.calibration.steps.size(); ++s) {
    CHECK(a.calibration.steps[s].factor == b.calibration.steps[s].factor);
    forecasts += a.calibration.steps[s].num_forecasts;
  }
  CHECK(forecasts == a.num_forecasts);
}

TEST_CASE("calibrate: too few runs are refused in the report", "[fit][refusal]") {
  const RunTable all = runs_with_bend(0.0, 1);
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < all.num_runs(); i += 5) rows.push_back(i);
  const CalibrationReport few = calibrate_new_runs("chinchilla", rows_of(all, rows), quick());
  CHECK(!few.usable());
  CHECK(few.refusal.find("13 runs allow") == 0);
  CHECK(few.calibration.steps.empty());
}

TEST_CASE("calibrate: a law without N D and C has no distance", "[fit][refusal]") {
  CHECK(compute_measure(std::vector<Variable>{Variable::kG, Variable::kE}) ==
        ComputeMeasure::kNone);
  CHECK(compute_measure(std::vector<Variable>{Variable::kN, Variable::kE}) == ComputeMeasure::kN);
  CHECK(compute_measure(std::vector<Variable>{Variable::kA, Variable::kC}) == ComputeMeasure::kC);
  CHECK(compute_measure(std::vector<Variable>{Variable::kN, Variable::kC, Variable::kD}) ==
        ComputeMeasure::kSixNd);
}

}  // namespace
}  // namespace isoflop::testing::calibrate_test
