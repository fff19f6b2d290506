#include "isoflop/fit/backtest.hpp"

#include <algorithm>
#include <cmath>
#include <optional>

#include "fit/free_space.hpp"
#include "isoflop/core/select_rows.hpp"
#include "isoflop/error.hpp"
#include "isoflop/fit/bootstrap.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/fit/inspect_runs.hpp"
#include "isoflop/fit/verdict.hpp"
#include "isoflop/laws/log_losses.hpp"
#include "isoflop/laws/new_run.hpp"

namespace isoflop {
namespace {

double weight_of(const RunTable& runs, std::size_t row) {
  return runs.weight.empty() ? 1.0 : runs.weight[row];
}

void require_enough(const AnyLaw& law, const RunTable& left, const FitOptions& options) {
  const int num_free = free_space(facts_of(law), options).size();
  std::size_t num_used = 0;
  for (std::size_t i = 0; i < left.num_runs(); ++i) num_used += weight_of(left, i) > 0.0;
  if (num_used >= static_cast<std::size_t>(num_free)) return;
  throw DataError(left.source, "the hold-out leaves " + std::to_string(num_used) +
                                   " runs, fewer than the " + std::to_string(num_free) +
                                   " coefficients of " + law.name() + "; hide less, or fix some");
}

constexpr Interval kUnknown{BacktestReport::kNone, BacktestReport::kNone};

/// 95 % intervals of ln loss of one run.
struct LogIntervals {
  Interval new_run = kUnknown, curve = kUnknown;
};

/// Of the runs in `asked`; of new runs nothing where those that were fitted leave no error.
std::vector<LogIntervals> log_intervals(const AnyLaw& law,
                                        const std::vector<std::vector<double>>& draws,
                                        const RunScatter& scatter, const RunTable& asked) {
  if (draws.empty()) return std::vector<LogIntervals>(asked.num_runs());
  constexpr double kLevel = 0.95;
  std::vector<std::vector<double>> curves(asked.num_runs());  // [asked][draw]
  for (const std::vector<double>& draw : draws) {
    const std::vector<double> predicted = log_losses(law, draw, asked);
    for (std::size_t i = 0; i < predicted.size(); ++i) curves[i].push_back(predicted[i]);
  }
  std::optional<NewRunSpread> spread;
  if (scatter.is_known()) spread.emplace(scatter);
  std::vector<LogIntervals> out;
  for (const std::vector<double>& curve : curves) {
    out.push_back(
        {spread ? spread->interval(curve, kLevel) : kUnknown, percentile_interval(curve, kLevel)});
  }
  return out;
}

void require_split(const RunTable& runs, const Split& split) {
  for (const std::vector<std::size_t>* rows : {&split.fitted, &split.held_out}) {
    if (rows->empty() || *std::max_element(rows->begin(), rows->end()) >= runs.num_runs()) {
      throw InvalidArgument("the split does not belong to these runs, or one side of it is empty");
    }
  }
}

/// Forecasts of the runs in `asked` and their errors, into `out`.
void score(const AnyLaw& law, const std::vector<double>& theta,
           const std::vector<LogIntervals>& intervals, const RunTable& asked, const Split& split,
           BacktestReport& out) {
  const std::vector<double> predicted = log_losses(law, theta, asked);
  const std::vector<double> values = predictions(law, theta, asked);
  double log_squares = 0.0, nat_squares = 0.0, share_squares = 0.0, shares = 0.0, inside = 0.0;
  double weights = 0.0;
  for (std::size_t i = 0; i < predicted.size(); ++i) {
    const double observed = asked.loss[i], log_observed = std::log(observed);
    const double error = predicted[i] - log_observed, weight = weight_of(asked, i);
    const Interval& log_interval = intervals[i].new_run;
    const Interval& log_curve = intervals[i].curve;
    out.forecasts.push_back({split.held_out[i],
                             observed,
                             values[i],
                             {std::exp(log_interval.low), std::exp(log_interval.high)},
                             {std::exp(log_curve.low), std::exp(log_curve.high)}});
    log_squares += weight * error * error;
    nat_squares += weight * std::pow(values[i] - observed, 2);
    share_squares += weight * std::pow(std::expm1(error), 2);
    shares += weight * std::expm1(error);
    const bool covered = log_observed >= log_interval.low && log_observed <= log_interval.high;
    inside += covered ? weight : 0.0;
    weights += weight;
  }
  if (!(weights > 0.0)) {
    throw DataError(asked.source, "the runs held out all weigh nothing, so no forecast counts");
  }
  out.rmse_log = std::sqrt(log_squares / weights);
  out.rmse_nats = std::sqrt(nat_squares / weights);
  out.rmse_per_cent = 100.0 * std::sqrt(share_squares / weights);
  out.mean_error_per_cent = 100.0 * shares / weights;
  const bool known = std::any_of(intervals.begin(), intervals.end(),
                                 [](const LogIntervals& x) { return !std::isnan(x.new_run.low); });
  if (known) out.coverage_95 = inside / weights;
}

}  // namespace

BacktestReport backtest(const AnyLaw& law, const RunTable& runs, const Split& split,
                        const BacktestOptions& options) {
  require_split(runs, split);
  const RunTable fitted = select_rows(runs, split.fitted);
  const RunTable asked = select_rows(runs, split.held_out);
  require_enough(law, fitted, options.fit);

  BacktestReport out;
  out.law = law.name();
  out.fit = fit(law, fitted, options.fit);
  if (out.fit.status == FitStatus::kFailed) return out;
  const bool has_logs =
      std::all_of(fitted.loss.begin(), fitted.loss.end(), [](double x) { return x > 0.0; });
  if (has_logs) add_findings(inspect_runs(law, fitted, options.fit), out.fit);
  const std::vector<double>& theta = out.fit.coefficients;

  std::vector<LogIntervals> intervals(asked.num_runs());
  if (options.draw) {
    const Draws draws = options.draw(law, fitted, options.fit, out.fit);
    out.num_draws = draws.bootstrap.size();
    add_intervals(facts_of(law), options.fit, coefficient_intervals(theta, draws), out.fit);
    intervals = log_intervals(law, draws.bootstrap,
                              scatter_of(law, theta, fitted, out.fit.num_free), asked);
  }

  score(law, theta, intervals, asked, split, out);
  return out;
}

BacktestReport score_law(const LawRecord& law, const RunTable& runs, const Split& split) {
  require_split(runs, split);
  const RunTable fitted = select_rows(runs, split.fitted);
  const RunTable asked = select_rows(runs, split.held_out);
  BacktestReport out;
  out.law = law.law.name();
  out.fit.coefficients = law.coefficients;
  out.fit.status = FitStatus::kConverged;  // of the fit that the coefficients come from
  out.fit.num_runs = fitted.num_runs();
  double squares = 0.0, weights = 0.0;
  const std::vector<double> inside = log_losses(law.law, law.coefficients, fitted);
  for (std::size_t i = 0; i < inside.size(); ++i) {
    squares += weight_of(fitted, i) * std::pow(inside[i] - std::log(fitted.loss[i]), 2);
    weights += weight_of(fitted, i);
  }
  out.fit.rmse_log = std::sqrt(squares / weights);
  out.num_draws = law.draws.bootstrap.size();
  // Nothing was fitted to these runs: their residuals are no smaller than their scatter.
  const std::vector<LogIntervals> intervals = log_intervals(
      law.law, law.draws.bootstrap, scatter_of(law.law, law.coefficients, fitted, 0), asked);
  score(law.law, law.coefficients, intervals, asked, split, out);
  return out;
}

}  // namespace isoflop
