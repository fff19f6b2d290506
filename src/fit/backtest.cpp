#include "isoflop/fit/backtest.hpp"

#include <algorithm>
#include <cmath>

#include "fit/free_space.hpp"
#include "isoflop/core/select_rows.hpp"
#include "isoflop/error.hpp"
#include "isoflop/fit/fit.hpp"
#include "isoflop/fit/inspect_runs.hpp"
#include "isoflop/laws/log_losses.hpp"

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

/// With `p` of the sorted values below it, linear between two of them.
double quantile(const std::vector<double>& sorted, double p) {
  const double at = p * static_cast<double>(sorted.size() - 1);
  const auto low = static_cast<std::size_t>(at);
  const std::size_t high = std::min(low + 1, sorted.size() - 1);
  return sorted[low] + (at - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

/// 95 % intervals of ln loss of the runs in `asked`; see the head of backtest.hpp.
std::vector<Interval> log_intervals(const AnyLaw& law, const std::vector<double>& coefficients,
                                    const std::vector<std::vector<double>>& draws,
                                    const RunTable& fitted, const RunTable& asked,
                                    std::uint64_t seed) {
  std::vector<double> residuals;
  const std::vector<double> inside = log_losses(law, coefficients, fitted);
  for (std::size_t i = 0; i < inside.size(); ++i) {
    if (weight_of(fitted, i) > 0.0) residuals.push_back(std::log(fitted.loss[i]) - inside[i]);
  }
  Random random(seed);
  std::vector<std::vector<double>> samples(asked.num_runs());
  for (const std::vector<double>& draw : draws) {
    const std::vector<double> predicted = log_losses(law, draw, asked);
    for (std::size_t i = 0; i < predicted.size(); ++i) {
      const auto j =
          static_cast<std::size_t>(random.uniform() * static_cast<double>(residuals.size()));
      samples[i].push_back(predicted[i] + residuals[j]);
    }
  }
  std::vector<Interval> out;
  for (std::vector<double>& sample : samples) {
    std::sort(sample.begin(), sample.end());
    out.push_back({quantile(sample, 0.025), quantile(sample, 0.975)});
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
           const std::vector<Interval>& intervals, const RunTable& asked, const Split& split,
           BacktestReport& out) {
  const std::vector<double> predicted = log_losses(law, theta, asked);
  double log_squares = 0.0, nat_squares = 0.0, share_squares = 0.0, shares = 0.0, inside = 0.0;
  double weights = 0.0;
  for (std::size_t i = 0; i < predicted.size(); ++i) {
    const double observed = asked.loss[i], log_observed = std::log(observed);
    const double error = predicted[i] - log_observed, weight = weight_of(asked, i);
    const Interval log_interval =
        intervals.empty() ? Interval{BacktestReport::kNone, BacktestReport::kNone} : intervals[i];
    out.forecasts.push_back({split.held_out[i],
                             observed,
                             std::exp(predicted[i]),
                             {std::exp(log_interval.low), std::exp(log_interval.high)}});
    log_squares += weight * error * error;
    nat_squares += weight * std::pow(std::exp(predicted[i]) - observed, 2);
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
  if (!intervals.empty()) out.coverage_95 = inside / weights;
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
  add_findings(inspect_runs(law, fitted, options.fit), out.fit);
  const std::vector<double>& theta = out.fit.coefficients;

  std::vector<Interval> intervals;
  if (options.draw) {
    const Draws draws = options.draw(law, fitted, options.fit, out.fit);
    out.num_draws = draws.bootstrap.size();
    if (out.num_draws > 0) {
      intervals = log_intervals(law, theta, draws.bootstrap, fitted, asked, options.seed);
    }
  }

  score(law, theta, intervals, asked, split, out);
  return out;
}

BacktestReport score_law(const LawRecord& law, const RunTable& runs, const Split& split,
                         const BacktestOptions& options) {
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
  std::vector<Interval> intervals;
  out.num_draws = law.draws.bootstrap.size();
  if (out.num_draws > 0) {
    intervals =
        log_intervals(law.law, law.coefficients, law.draws.bootstrap, fitted, asked, options.seed);
  }
  score(law.law, law.coefficients, intervals, asked, split, out);
  return out;
}

}  // namespace isoflop
