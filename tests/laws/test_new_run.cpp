#include <algorithm>
#include <cmath>

#include "catch.hpp"
#include "fit/planted_runs.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/laws/new_run.hpp"

namespace isoflop::testing::new_run_test {
namespace {

RunScatter normal_scatter(std::size_t count, std::size_t num_free, double sd, Random& random) {
  RunScatter out;
  for (std::size_t i = 0; i < count; ++i) out.residuals.push_back(sd * random.normal());
  std::sort(out.residuals.begin(), out.residuals.end());
  out.num_runs = count;
  out.num_free = num_free;
  return out;
}

TEST_CASE("scatter_of: residuals are those of the runs, rounded and in order", "[laws][identity]") {
  RunTable runs = planted_runs(Chinchilla{}, kHoffmann, 0.01);
  const RunScatter scatter = scatter_of("chinchilla", kHoffmann, runs, 5);
  std::vector<double> expected;
  for (std::size_t i = 0; i < runs.num_runs(); ++i) {
    expected.push_back(std::log(runs.loss[i] / loss_of_row("chinchilla", kHoffmann, runs, i)));
  }
  std::sort(expected.begin(), expected.end());
  REQUIRE(scatter.residuals.size() == expected.size());
  CHECK(scatter.num_runs == 20);
  CHECK(scatter.num_free == 5);
  for (std::size_t i = 0; i < expected.size(); ++i) {
    CHECK(scatter.residuals[i] == Approx(expected[i]).epsilon(1e-5));  // six digits
  }
}

TEST_CASE("scatter_of: runs of weight zero have no residual", "[laws][identity]") {
  RunTable runs = planted_runs(Chinchilla{}, kHoffmann, 0.01);
  runs.weight.assign(runs.num_runs(), 1.0);
  runs.weight[3] = 0.0;
  runs.loss[3] *= 2.0;
  const RunScatter scatter = scatter_of("chinchilla", kHoffmann, runs, 5);
  CHECK(scatter.num_runs == 19);
  CHECK(scatter.residuals.back() < 0.1);
}

TEST_CASE("scatter_of: a group of many runs counts as much as one of few", "[laws][identity]") {
  RunTable runs = planted_runs(Chinchilla{}, kHoffmann);
  for (std::size_t i = 0; i < runs.num_runs(); ++i) {
    runs.group.push_back(i < 18 ? "long" : "short");
    runs.loss[i] *= std::exp(i < 18 ? 0.01 : -0.01);
  }
  const RunScatter scatter = scatter_of("chinchilla", kHoffmann, runs, 5);
  const auto below = std::count_if(scatter.residuals.begin(), scatter.residuals.end(),
                                   [](double x) { return x < 0.0; });
  CHECK(2.0 * static_cast<double>(below) ==
        Approx(static_cast<double>(scatter.residuals.size())).epsilon(0.01));
}

TEST_CASE("scatter_of: many runs are kept as 1001 quantiles", "[laws][identity]") {
  RunTable few = planted_runs(Chinchilla{}, kHoffmann), runs;
  Random random(7);
  for (std::size_t i = 0; i < 20000; ++i) {
    for (const Variable v : {Variable::kN, Variable::kD}) {
      runs.column(v).push_back(few.column(v)[i % few.num_runs()]);
    }
    runs.loss.push_back(few.loss[i % few.num_runs()] * std::exp(0.01 * random.normal()));
  }
  const RunScatter scatter = scatter_of("chinchilla", kHoffmann, runs, 5);
  CHECK(scatter.residuals.size() == 1001);
  CHECK(scatter.num_runs == 20000);
  CHECK(std::is_sorted(scatter.residuals.begin(), scatter.residuals.end()));
  // 1.96 of the noise, to the error of a quantile of 20,000 draws: 1.3 %, three times.
  CHECK(sample_quantile(scatter.residuals, 0.975) == Approx(0.0196).epsilon(0.04));
}

TEST_CASE("scatter_of: nothing is known where a loss has no logarithm", "[laws][refusal]") {
  RunTable runs = planted_runs(Chinchilla{}, kHoffmann, 0.01);
  runs.loss[2] = -0.1;
  CHECK(!scatter_of("chinchilla", kHoffmann, runs, 5).is_known());
  runs.loss[2] = 2.0;
  CHECK(scatter_of("chinchilla", kHoffmann, runs, 5).is_known());
  CHECK(!scatter_of("chinchilla", kHoffmann, runs, 20).is_known());
}

TEST_CASE("new run: without doubt about the curve the interval is that of scaled residuals",
          "[laws][identity]") {
  Random random(3);
  const RunScatter scatter = normal_scatter(399, 39, 0.01, random);
  const std::vector<double> curve(50, 1.0);
  const Interval got = NewRunSpread(scatter).interval(curve, 0.95);
  // The 10th and the 390th of 399 stand at 2.5 % and 97.5 %.
  const double scale = std::sqrt(399.0 / 360.0);
  CHECK(got.low - 1.0 == Approx(scale * scatter.residuals[9]).epsilon(0.02));
  CHECK(got.high - 1.0 == Approx(scale * scatter.residuals[389]).epsilon(0.02));
}

TEST_CASE("new run: normal doubt and normal scatter add as squares do", "[laws][identity]") {
  Random random(4);
  const RunScatter scatter = normal_scatter(4000, 0, 0.01, random);
  std::vector<double> curve;
  for (int k = 0; k < 4000; ++k) curve.push_back(0.02 * random.normal());
  const Interval got = NewRunSpread(scatter).interval(curve, 0.95);
  const double expected = 2.0 * 1.96 * std::hypot(0.01, 0.02);
  CHECK(got.high - got.low == Approx(expected).epsilon(0.05));
  CHECK(NewRunSpread(scatter).interval(curve, 0.5).high < got.high);
}

TEST_CASE("new run: few runs hold a new one as often as many do", "[laws][recovery]") {
  // Ten residuals of a curve that is known: their own extremes hold a new value 9 times in 11.
  Random random(5);
  int inside = 0, between_extremes = 0;
  constexpr int kSets = 4000;
  const std::vector<double> curve(1, 0.0);
  for (int s = 0; s < kSets; ++s) {
    const RunScatter scatter = normal_scatter(10, 0, 1.0, random);
    const Interval i = NewRunSpread(scatter).interval(curve, 0.95);
    const double x = random.normal();
    inside += x >= i.low && x <= i.high;
    between_extremes += x >= scatter.residuals.front() && x <= scatter.residuals.back();
  }
  CHECK(inside / double(kSets) > 0.90);
  CHECK(inside / double(kSets) < 0.97);
  CHECK(between_extremes / double(kSets) < 0.84);
}

TEST_CASE("new run: an interval is widened about the prediction", "[laws][identity]") {
  const Interval got = widened({0.9, 1.3}, 1.0, 2.0);
  CHECK(got.low == Approx(0.8));
  CHECK(got.high == Approx(1.6));
  const Interval beside = widened({0.9, 1.3}, 2.0, 2.0);  // a prediction outside of its draws
  CHECK(beside.low == Approx(0.5));
  CHECK(beside.high == Approx(1.3));
}

TEST_CASE("calibration: factors grow from 1 along the steps and beyond them", "[laws][identity]") {
  NewRunCalibration c;
  c.steps = {{std::log(2.0), 1.5, 40, 4, 0.8, 0.95}, {std::log(8.0), 2.5, 40, 3, 0.6, 0.95}};
  CHECK(c.factor_at(0.1) == 1.0);
  CHECK(c.factor_at(1.0) == 1.0);
  CHECK(c.factor_at(std::sqrt(2.0)) == Approx(1.25));
  CHECK(c.factor_at(4.0) == Approx(2.0));
  CHECK(c.factor_at(8.0) == Approx(2.5));
  CHECK(c.factor_at(64.0) == Approx(4.0));
  CHECK(c.furthest() == Approx(8.0));
}

TEST_CASE("new_run_loss: a law without draws or without scatter says nothing", "[laws][refusal]") {
  Random random(6);
  LawRecord law;
  law.law = "chinchilla";
  law.coefficients = kHoffmann;
  std::array<double, kNumVariables> values{};
  values[index_of(Variable::kN)] = 1e10;
  values[index_of(Variable::kD)] = 1e12;
  const std::vector<double> drawn(20, 0.7);
  CHECK(new_run_loss(law, 0.7, drawn, values).interval.method == IntervalMethod::kNone);
  law.scatter = normal_scatter(100, 5, 0.01, random);
  CHECK(new_run_loss(law, 0.7, {}, values).interval.method == IntervalMethod::kNone);
  const Interval narrow = new_run_loss(law, 0.7, drawn, values).interval.range;
  CHECK(narrow.low < std::exp(0.7));
  law.calibration.emplace();
  law.calibration->measure = ComputeMeasure::kSixNd;
  law.calibration->largest_compute = 6e21;  // a tenth of this run
  law.calibration->steps = {{std::log(10.0), 3.0, 40, 4, 0.5, 0.95}};
  const NewRunLoss wide = new_run_loss(law, 0.7, drawn, values);
  CHECK(wide.distance == Approx(10.0));
  CHECK(*wide.factor == Approx(3.0));
  CHECK(std::log(wide.interval.range.low) - 0.7 ==
        Approx(3.0 * (std::log(narrow.low) - 0.7)).epsilon(1e-9));
}

}  // namespace
}  // namespace isoflop::testing::new_run_test
