#include <cmath>

#include "catch.hpp"
#include "isoflop/core/select_rows.hpp"
#include "isoflop/error.hpp"
#include "isoflop/fit/backtest.hpp"
#include "isoflop/laws/new_run.hpp"
#include "planted_runs.hpp"

namespace isoflop::testing::backtest_test {
namespace {

constexpr double kNoise = 0.01;

BacktestOptions few_starts() {
  BacktestOptions options;
  options.fit.num_starts = 40;
  return options;
}

/// As many draws as asked for, all of them the fit itself: the coefficients are beyond doubt.
DrawCoefficients certain(std::size_t count) {
  return [count](const AnyLaw&, const RunTable&, const FitOptions&, const FitReport& fit) {
    Draws draws;
    draws.bootstrap.assign(count, fit.coefficients);
    return draws;
  };
}

Split largest_fifth(const RunTable& runs) {
  return split_runs(runs, parse_hold_out("compute:20%"));
}

TEST_CASE("backtest: the law behind the runs forecasts better than one without granularity",
          "[fit][recovery]") {
  const RunTable runs = planted_runs(FineGrainedMoe{}, kKrajewski, 0.002);
  const Split split = largest_fifth(runs);
  const BacktestReport moe = backtest("fine-grained-moe", runs, split, few_starts());
  const BacktestReport dense = backtest("chinchilla", runs, split, few_starts());
  CHECK(moe.fit.num_free == 7);
  CHECK(dense.fit.num_free == 5);
  CHECK(moe.rmse_log < 0.01);  // five times the noise, for the way beyond the runs
  // G moves the loss by g (1 - 16^-gamma) / N^alpha: 8 % of the scale term.
  CHECK(dense.rmse_log > 2.0 * moe.rmse_log);
}

TEST_CASE("score_law: the law behind noiseless runs errs by nothing", "[fit][identity]") {
  const RunTable runs = planted_runs(Chinchilla{}, kHoffmann);
  LawRecord law;
  law.law = "chinchilla";
  law.coefficients = kHoffmann;
  const Split split = largest_fifth(runs);
  const BacktestReport report = score_law(law, runs, split);
  // The logarithm of a loss and back: the last places.
  CHECK(report.rmse_log < 1e-14);
  CHECK(report.fit.rmse_log < 1e-14);
  CHECK(report.fit.num_free == 0);
  CHECK(report.forecasts.size() == split.held_out.size());
  CHECK(report.num_draws == 0);
}

TEST_CASE("score_law: a law that is 1 % too high says so of every run", "[fit][identity]") {
  RunTable runs = planted_runs(Chinchilla{}, kHoffmann);
  for (double& loss : runs.loss) loss /= 1.01;
  LawRecord law;
  law.law = "chinchilla";
  law.coefficients = kHoffmann;
  const BacktestReport report = score_law(law, runs, largest_fifth(runs));
  CHECK(report.mean_error_per_cent == Approx(1.0).epsilon(1e-10));
  CHECK(report.rmse_per_cent == Approx(1.0).epsilon(1e-10));
}

TEST_CASE("backtest: a forecast without noise has no error", "[fit][recovery]") {
  const RunTable runs = planted_runs(Chinchilla{}, kHoffmann);
  const BacktestReport report = backtest("chinchilla", runs, largest_fifth(runs), few_starts());
  // Coefficients are recovered to 1e-8.
  CHECK(report.rmse_log < 1e-7);
  CHECK(std::abs(report.mean_error_per_cent) < 1e-5);
  CHECK(report.fit.num_runs + report.forecasts.size() == runs.num_runs());
}

TEST_CASE("backtest: runs that are held out do not reach the fit", "[fit][identity]") {
  const RunTable runs = planted_runs(Chinchilla{}, kHoffmann, kNoise);
  const Split split = largest_fifth(runs);
  RunTable changed = runs;
  for (const std::size_t row : split.held_out) changed.loss[row] *= 3.0;
  BacktestOptions options = few_starts();
  options.draw = certain(10);
  const BacktestReport a = backtest("chinchilla", runs, split, options);
  const BacktestReport b = backtest("chinchilla", changed, split, options);
  CHECK(a.fit.coefficients == b.fit.coefficients);
  CHECK(a.fit.best_start == b.fit.best_start);
  CHECK(a.fit.rmse_log == b.fit.rmse_log);
  REQUIRE(a.forecasts.size() == b.forecasts.size());
  for (std::size_t i = 0; i < a.forecasts.size(); ++i) {
    CHECK(a.forecasts[i].predicted == b.forecasts[i].predicted);
    CHECK(a.forecasts[i].interval.low == b.forecasts[i].interval.low);
    CHECK(a.forecasts[i].interval.high == b.forecasts[i].interval.high);
  }
  CHECK(b.rmse_log > 10.0 * a.rmse_log);
}

TEST_CASE("backtest: draws are made from the runs that were fitted", "[fit][identity]") {
  const RunTable runs = planted_runs(Chinchilla{}, kHoffmann, kNoise);
  const Split split = largest_fifth(runs);
  BacktestOptions options = few_starts();
  RunTable seen;
  options.draw = [&](const AnyLaw&, const RunTable& given, const FitOptions&, const FitReport&) {
    seen = given;
    return Draws{};
  };
  const BacktestReport report = backtest("chinchilla", runs, split, options);
  CHECK(seen.loss == select_rows(runs, split.fitted).loss);
  CHECK(seen.columns == select_rows(runs, split.fitted).columns);
  CHECK(report.num_draws == 0);
  CHECK(std::isnan(report.coverage_95));
}

TEST_CASE("backtest: errors are those of the forecasts", "[fit][identity]") {
  RunTable runs = planted_runs(Chinchilla{}, kHoffmann, kNoise);
  for (std::size_t i = 0; i < runs.num_runs(); ++i)
    runs.weight.push_back(1.0 + static_cast<double>(i % 3));
  const Split split = largest_fifth(runs);
  const BacktestReport report = backtest("chinchilla", runs, split, few_starts());
  double squares = 0.0, nats = 0.0, mean = 0.0, weights = 0.0;
  REQUIRE(report.forecasts.size() == split.held_out.size());
  for (std::size_t i = 0; i < report.forecasts.size(); ++i) {
    const Forecast& f = report.forecasts[i];
    CHECK(f.run == split.held_out[i]);
    CHECK(f.observed == runs.loss[f.run]);
    CHECK(f.predicted == Approx(loss_of_row("chinchilla", report.fit.coefficients, runs, f.run)));
    const double w = runs.weight[f.run];
    squares += w * std::pow(std::log(f.predicted / f.observed), 2);
    nats += w * std::pow(f.predicted - f.observed, 2);
    mean += w * (f.predicted / f.observed - 1.0);
    weights += w;
  }
  CHECK(report.rmse_log == Approx(std::sqrt(squares / weights)));
  CHECK(report.rmse_nats == Approx(std::sqrt(nats / weights)));
  CHECK(report.mean_error_per_cent == Approx(100.0 * mean / weights));
}

TEST_CASE("backtest: without doubt about coefficients the interval is that of the residuals",
          "[fit][identity]") {
  const RunTable runs = planted_runs(Chinchilla{}, kHoffmann, kNoise);
  const Split split = largest_fifth(runs);
  BacktestOptions options = few_starts();
  options.draw = certain(3);
  const BacktestReport report = backtest("chinchilla", runs, split, options);
  CHECK(report.num_draws == 3);
  const RunScatter scatter = scatter_of("chinchilla", report.fit.coefficients,
                                        select_rows(runs, split.fitted), report.fit.num_free);
  CHECK(scatter.num_runs == 16);
  CHECK(scatter.num_free == 5);
  const Interval around = NewRunSpread(scatter).interval(std::vector<double>{0.0}, 0.95);
  // Beyond the outermost of 16, which are a fifth larger for the five coefficients.
  CHECK(around.low < std::sqrt(16.0 / 11.0) * scatter.residuals.front());
  CHECK(around.high > std::sqrt(16.0 / 11.0) * scatter.residuals.back());
  for (const Forecast& f : report.forecasts) {
    CHECK(std::log(f.interval.low / f.predicted) == Approx(around.low));
    CHECK(std::log(f.interval.high / f.predicted) == Approx(around.high));
  }
}

TEST_CASE("backtest: as many coefficients as runs leave no interval", "[fit][refusal]") {
  const RunTable runs = planted_runs(Chinchilla{}, kHoffmann, kNoise);
  Split split;
  for (std::size_t i = 0; i < runs.num_runs(); ++i) {
    (i % 4 == 0 ? split.fitted : split.held_out).push_back(i);
  }
  BacktestOptions options = few_starts();
  options.draw = certain(3);
  const BacktestReport report = backtest("chinchilla", runs, split, options);
  CHECK(report.fit.num_runs == report.fit.num_free);
  CHECK(std::isnan(report.coverage_95));
}

TEST_CASE("backtest: coverage counts the runs inside their intervals", "[fit][identity]") {
  const RunTable runs = planted_runs(Chinchilla{}, kHoffmann, kNoise);
  const Split split = largest_fifth(runs);
  BacktestOptions options = few_starts();
  options.draw = certain(500);
  RunTable changed = runs;
  const BacktestReport before = backtest("chinchilla", runs, split, options);
  for (std::size_t i = 0; i < split.held_out.size(); ++i) {
    changed.loss[split.held_out[i]] = before.forecasts[i].predicted * (i == 0 ? 1.0 : 2.0);
  }
  const BacktestReport report = backtest("chinchilla", changed, split, options);
  CHECK(report.coverage_95 == Approx(1.0 / static_cast<double>(split.held_out.size())));
}

TEST_CASE("backtest: doubt about coefficients widens the interval", "[fit][identity]") {
  const RunTable runs = planted_runs(Chinchilla{}, kHoffmann, kNoise);
  const Split split = largest_fifth(runs);
  BacktestOptions options = few_starts();
  options.draw = certain(400);
  const Interval narrow = backtest("chinchilla", runs, split, options).forecasts[0].interval;
  options.draw = [](const AnyLaw&, const RunTable&, const FitOptions&, const FitReport& fit) {
    Draws draws;
    for (int k = 0; k < 400; ++k) {
      draws.bootstrap.push_back(fit.coefficients);
      draws.bootstrap.back()[0] *= k % 2 == 0 ? 0.9 : 1.1;
    }
    return draws;
  };
  const Interval wide = backtest("chinchilla", runs, split, options).forecasts[0].interval;
  CHECK(wide.low < narrow.low);
  CHECK(wide.high > narrow.high);
}

TEST_CASE("backtest: a hold-out that leaves too few runs is refused", "[fit][refusal]") {
  RunTable runs = planted_runs(Chinchilla{}, kHoffmann);
  runs.source = "runs.csv";
  const Split split = split_runs(runs, parse_hold_out("n:75%"));
  REQUIRE(split.fitted.size() == 4);
  CHECK_THROWS_WITH(backtest("chinchilla", runs, split, few_starts()),
                    "runs.csv: the hold-out leaves 4 runs, fewer than the 5 coefficients of "
                    "chinchilla; hide less, or fix some");
  BacktestOptions fixing = few_starts();
  fixing.fit.fixed["E"] = 1.69;
  CHECK(backtest("chinchilla", runs, split, fixing).fit.num_free == 4);
}

TEST_CASE("backtest: a split of other runs is refused", "[fit][refusal]") {
  const RunTable runs = planted_runs(Chinchilla{}, kHoffmann);
  CHECK_THROWS_AS(backtest("chinchilla", runs, {{0, 1, 2, 3, 4, 5}, {20}}), InvalidArgument);
  CHECK_THROWS_AS(backtest("chinchilla", runs, {{0, 1, 2, 3, 4, 5}, {}}), InvalidArgument);
}

TEST_CASE("backtest: held-out runs that weigh nothing are refused", "[fit][refusal]") {
  RunTable runs = planted_runs(Chinchilla{}, kHoffmann);
  const Split split = largest_fifth(runs);
  runs.weight.assign(runs.num_runs(), 1.0);
  for (const std::size_t row : split.held_out) runs.weight[row] = 0.0;
  CHECK_THROWS_AS(backtest("chinchilla", runs, split, few_starts()), DataError);
}

}  // namespace
}  // namespace isoflop::testing::backtest_test
