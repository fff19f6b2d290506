#include "isoflop/fit/calibrate.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <string_view>
#include <utility>

#include "fit/free_space.hpp"
#include "isoflop/core/run_compute.hpp"
#include "isoflop/laws/law_facts.hpp"
#include "isoflop/laws/new_run.hpp"

namespace isoflop {
namespace {

constexpr double kLevel = 0.95;
constexpr std::size_t kFewestHoldOuts = 3, kMostHoldOuts = 8;
/// The 19th smallest of 19 scores is the first that 95 % may be said of.
constexpr std::size_t kFewestForecasts = 19;
/// From which on it is no longer the largest score.
constexpr std::size_t kFewestInStep = 40;

struct Score {
  double log_distance, score;
  std::size_t hold_out, run;
};

/// Largest compute of the group of each run, which stays whole.
std::vector<double> compute_of_groups(const RunTable& runs, ComputeMeasure measure) {
  std::vector<double> out = compute_of(measure, runs);
  if (runs.group.empty()) return out;
  std::map<std::string_view, double> largest;
  for (std::size_t i = 0; i < out.size(); ++i) {
    double& most = largest[runs.group[i]];
    most = std::max(most, out[i]);
  }
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = largest[runs.group[i]];
  return out;
}

/// A small part of the runs forecasts worse than all of them will: its misses would be held against
/// a law that has since been told more. Half of them is close enough.
std::size_t fewest_fitted(std::size_t num_runs, std::size_t num_free) {
  return std::max(2 * num_free + 1, (num_runs + 1) / 2);
}

/// Splits at values of compute that are evenly spaced in its logarithm, each hiding all above.
std::vector<Split> growing_hold_outs(const RunTable& runs, ComputeMeasure measure,
                                     std::size_t fewest) {
  constexpr double kTie = 1.0 + 1e-9;
  const std::vector<double> compute = compute_of_groups(runs, measure);
  std::vector<double> sorted = compute;
  std::sort(sorted.begin(), sorted.end());
  std::vector<Split> out;
  if (sorted.size() <= fewest) return out;
  const double low = std::log(sorted[fewest - 1]), high = std::log(sorted.back());
  for (std::size_t k = 0; k < kMostHoldOuts; ++k) {
    const double cut = std::exp(low + (high - low) * static_cast<double>(k) / kMostHoldOuts) * kTie;
    Split split;
    for (std::size_t i = 0; i < compute.size(); ++i) {
      (compute[i] <= cut ? split.fitted : split.held_out).push_back(i);
    }
    if (split.held_out.empty() || split.fitted.size() < fewest) continue;
    if (!out.empty() && out.back().fitted.size() == split.fitted.size()) continue;
    out.push_back(std::move(split));
  }
  return out;
}

/// How far each hidden run lies off, in units of its interval; nothing without intervals.
std::vector<Score> scores_of(const BacktestReport& report, const std::vector<double>& compute,
                             const Split& split, std::size_t hold_out) {
  double largest = 0.0;
  for (const std::size_t row : split.fitted) largest = std::max(largest, compute[row]);
  std::vector<Score> out;
  for (const Forecast& f : report.forecasts) {
    const double error = std::log(f.observed) - std::log(f.predicted);
    const double reach = error > 0.0 ? std::log(f.interval.high / f.predicted)
                                     : std::log(f.predicted / f.interval.low);
    // A group stays whole, so that its smaller runs may lie within what was fitted.
    const double log_distance = std::log(compute[f.run] / largest);
    if (!std::isfinite(reach) || !(log_distance > 0.0)) continue;
    const double score = error == 0.0 ? 0.0 : std::abs(error) / std::max(reach, 0.0);
    out.push_back({log_distance, score, hold_out, f.run});
  }
  return out;
}

/// Ends of runs of scores that are told apart, each with enough of them.
std::vector<std::size_t> ends_of_steps(const std::vector<Score>& scores) {
  constexpr double kHalfDecade = 1.151292546497023;
  std::vector<std::size_t> ends;
  std::size_t begin = 0;
  for (std::size_t i = 1; i <= scores.size(); ++i) {
    const bool last = i == scores.size();
    const bool crosses = !last && std::floor(scores[i].log_distance / kHalfDecade) >
                                      std::floor(scores[i - 1].log_distance / kHalfDecade);
    if (!last && !crosses) continue;
    if (i - begin >= kFewestInStep || (last && ends.empty())) {
      ends.push_back(begin = i);
    } else if (last && !ends.empty()) {
      ends.back() = i;  // too few alone: they count with those before
    }
  }
  return ends;
}

WideningStep step_of(const std::vector<Score>& scores, std::size_t begin, std::size_t end) {
  WideningStep out{};
  std::vector<std::size_t> hold_outs;
  for (std::size_t i = begin; i < end; ++i) {
    out.log_distance += scores[i].log_distance / static_cast<double>(end - begin);
    hold_outs.push_back(scores[i].hold_out);
  }
  std::sort(hold_outs.begin(), hold_outs.end());
  out.num_hold_outs =
      static_cast<std::size_t>(std::unique(hold_outs.begin(), hold_outs.end()) - hold_outs.begin());
  out.num_forecasts = end - begin;
  return out;
}

/// The score that 95 % of new ones would not exceed, were they like these.
double conformal_score(const std::vector<Score>& scores, std::size_t begin, std::size_t end) {
  std::vector<double> sorted;
  for (std::size_t i = begin; i < end; ++i) sorted.push_back(scores[i].score);
  std::sort(sorted.begin(), sorted.end());
  const double count = static_cast<double>(sorted.size());
  const auto rank = static_cast<std::size_t>(std::ceil(kLevel * (count + 1.0) - 1e-9));
  return sorted[std::min(rank, sorted.size()) - 1];
}

/// Whether more forecasts missed than 95 % intervals may by chance, one time in ten. A run that was
/// hidden again and again counts once, by the share of its forecasts that missed.
bool misses_too_many(const std::vector<Score>& scores, std::size_t begin, std::size_t end) {
  constexpr double kChance = 0.1;
  std::map<std::size_t, std::pair<double, double>> by_run;  // missed, asked
  for (std::size_t i = begin; i < end; ++i) {
    auto& [missed, asked] = by_run[scores[i].run];
    missed += scores[i].score > 1.0;
    asked += 1.0;
  }
  double missed = 0.0;
  for (const auto& [run, counts] : by_run) missed += counts.first / counts.second;
  // P(X < ceil(missed)) of the binomial distribution, term by term.
  const auto num_runs = static_cast<double>(by_run.size());
  double term = std::pow(kLevel, num_runs), below = 0.0;
  for (double k = 0.0; k + 0.5 < missed; k += 1.0) {
    below += term;
    term *= (num_runs - k) / (k + 1.0) * (1.0 - kLevel) / kLevel;
  }
  return 1.0 - below < kChance;
}

/// Of the steps that end at `ends`; where a score falls with the distance its step is pooled with
/// those before (pool adjacent violators, Ayer et al. 1955), so that one unlucky step does not
/// widen all that follow.
std::vector<double> factors_of(const std::vector<Score>& scores,
                               const std::vector<std::size_t>& ends) {
  struct Block {
    std::size_t begin, end, num_steps;
    double score;
  };
  std::vector<Block> blocks;
  std::size_t begin = 0;
  for (const std::size_t end : ends) {
    blocks.push_back({begin, end, 1, conformal_score(scores, begin, end)});
    begin = end;
    while (blocks.size() > 1 && blocks.back().score < blocks[blocks.size() - 2].score) {
      const Block last = blocks.back();
      blocks.pop_back();
      Block& pooled = blocks.back();
      pooled.end = last.end;
      pooled.num_steps += last.num_steps;
      pooled.score = conformal_score(scores, pooled.begin, pooled.end);
    }
  }
  std::vector<double> out;
  for (const Block& block : blocks) {
    const double before = out.empty() ? 1.0 : out.back();
    const bool widens = misses_too_many(scores, block.begin, block.end);
    out.insert(out.end(), block.num_steps, widens ? std::max(before, block.score) : before);
  }
  return out;
}

void add_coverage(const std::vector<Score>& scores, std::size_t begin, std::size_t end,
                  const NewRunCalibration& calibration, WideningStep& step) {
  std::size_t before = 0, after = 0;
  for (std::size_t i = begin; i < end; ++i) {
    before += scores[i].score <= 1.0;
    after += scores[i].score <= calibration.factor_at(std::exp(scores[i].log_distance));
  }
  step.covered_before = static_cast<double>(before) / static_cast<double>(end - begin);
  step.covered_after = static_cast<double>(after) / static_cast<double>(end - begin);
}

void add_steps(std::vector<Score> scores, NewRunCalibration& out) {
  std::stable_sort(scores.begin(), scores.end(),
                   [](const Score& a, const Score& b) { return a.log_distance < b.log_distance; });
  const std::vector<std::size_t> ends = ends_of_steps(scores);
  const std::vector<double> factors = factors_of(scores, ends);
  std::size_t begin = 0;
  for (std::size_t s = 0; s < ends.size(); begin = ends[s++]) {
    out.steps.push_back(step_of(scores, begin, ends[s]));
    out.steps.back().factor = factors[s];
  }
  begin = 0;
  for (std::size_t s = 0; s < ends.size(); begin = ends[s++]) {
    add_coverage(scores, begin, ends[s], out, out.steps[s]);
  }
}

}  // namespace

CalibrationReport calibrate_new_runs(const AnyLaw& law, const RunTable& runs,
                                     const BacktestOptions& options) {
  CalibrationReport report;
  NewRunCalibration& out = report.calibration;
  const LawFacts facts = facts_of(law);
  out.measure = compute_measure(facts.variables);
  if (out.measure == ComputeMeasure::kNone) {
    report.refusal = "the law " + law.name() + " has none of N, D and C to tell a distance by";
    return report;
  }
  const std::vector<double> compute = compute_of(out.measure, runs);
  out.largest_compute = *std::max_element(compute.begin(), compute.end());
  const auto num_free = static_cast<std::size_t>(free_space(facts, options.fit).size());
  const std::size_t fewest = fewest_fitted(runs.num_runs(), num_free);
  const std::vector<Split> splits = growing_hold_outs(runs, out.measure, fewest);
  std::vector<Score> scores;
  for (std::size_t k = 0; k < splits.size(); ++k) {
    const BacktestReport forecast = backtest(law, runs, splits[k], options);
    std::vector<Score> own;
    if (forecast.fit.status == FitStatus::kConverged) {
      own = scores_of(forecast, compute, splits[k], k);
    }
    if (own.empty()) {
      ++report.num_failed;
    } else {
      ++out.num_hold_outs;
      scores.insert(scores.end(), own.begin(), own.end());
    }
  }
  report.num_forecasts = scores.size();
  if (out.num_hold_outs < kFewestHoldOuts) {
    report.refusal = std::to_string(runs.num_runs()) + " runs allow " +
                     std::to_string(out.num_hold_outs) + " hold-outs of growing compute with " +
                     std::to_string(fewest) + " runs left to fit; it takes " +
                     std::to_string(kFewestHoldOuts);
  } else if (scores.size() < kFewestForecasts) {
    report.refusal =
        std::to_string(scores.size()) + " forecasts over " + std::to_string(out.num_hold_outs) +
        " hold-outs cannot speak of 95 %; it takes " + std::to_string(kFewestForecasts);
  }
  if (report.usable()) add_steps(std::move(scores), out);
  return report;
}

}  // namespace isoflop
