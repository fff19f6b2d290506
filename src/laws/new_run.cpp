#include "isoflop/laws/new_run.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "isoflop/core/normal_quantile.hpp"
#include "isoflop/laws/log_losses.hpp"

namespace isoflop {
namespace {

constexpr std::size_t kMostResiduals = 1001;  // a thousand steps of one in a thousand
constexpr double kLevel = 0.95;

/// As a law file shows it, so that a fit and its file say the same.
double rounded(double x) {
  std::array<char, 32> text;
  std::snprintf(text.data(), text.size(), "%.5e", x);
  return std::strtod(text.data(), nullptr);
}

/// Residuals with the share of each, ascending; shares add up to one.
using Shares = std::vector<std::pair<double, double>>;

Shares shares_of(const std::vector<double>& residuals, const std::vector<std::string_view>& group) {
  std::map<std::string_view, double> size;
  for (const std::string_view g : group) size[g] += 1.0;
  Shares out;
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    const double share = group.empty()
                             ? 1.0 / static_cast<double>(residuals.size())
                             : 1.0 / (static_cast<double>(size.size()) * size.at(group[i]));
    out.emplace_back(residuals[i], share);
  }
  std::sort(out.begin(), out.end());
  return out;
}

bool all_alike(const Shares& shares) {
  return std::all_of(shares.begin(), shares.end(),
                     [&](const auto& s) { return s.second == shares.front().second; });
}

/// `count` evenly spaced quantiles: linear between the middles of the shares.
std::vector<double> quantiles_of(const Shares& shares, std::size_t count) {
  std::vector<double> out;
  std::size_t i = 0;
  double below = 0.0;  // share of those before i
  for (std::size_t q = 0; q < count; ++q) {
    const double wanted = (static_cast<double>(q) + 0.5) / static_cast<double>(count);
    while (i + 1 < shares.size() && below + shares[i].second <= wanted) below += shares[i++].second;
    out.push_back(shares[i].first);
  }
  return out;
}

}  // namespace

double NewRunCalibration::factor_at(double distance) const {
  if (steps.empty() || !(distance > 1.0)) return 1.0;
  const double at = std::log(distance);
  double from = 0.0, from_factor = 1.0;
  for (const WideningStep& step : steps) {
    if (at <= step.log_distance) {
      const double way = (at - from) / (step.log_distance - from);
      return from_factor + way * (step.factor - from_factor);
    }
    from = step.log_distance;
    from_factor = step.factor;
  }
  return 1.0 + (from_factor - 1.0) * at / from;
}

double NewRunCalibration::furthest() const {
  return steps.empty() ? 1.0 : std::exp(steps.back().log_distance);
}

RunScatter scatter_of(const AnyLaw& law, std::span<const double> coefficients, const RunTable& runs,
                      std::size_t num_free) {
  RunScatter out;
  out.num_free = num_free;
  const std::vector<double> fitted = log_losses(law, coefficients, runs);
  std::vector<double> residuals;
  std::vector<std::string_view> group;
  for (std::size_t i = 0; i < fitted.size(); ++i) {
    if (!runs.weight.empty() && !(runs.weight[i] > 0.0)) continue;
    const double residual = std::log(runs.loss[i]) - fitted[i];
    if (!std::isfinite(residual)) return out;
    residuals.push_back(residual);
    if (!runs.group.empty()) group.push_back(runs.group[i]);
  }
  out.num_runs = residuals.size();
  const Shares shares = shares_of(residuals, group);
  if (shares.size() <= kMostResiduals && all_alike(shares)) {
    for (const auto& [residual, share] : shares) out.residuals.push_back(residual);
  } else {
    out.residuals = quantiles_of(shares, kMostResiduals);
  }
  for (double& x : out.residuals) x = rounded(x);
  return out;
}

NewRunSpread::NewRunSpread(const RunScatter& scatter) {
  constexpr std::size_t kSteps = 1000;
  const std::vector<double>& sorted = scatter.residuals;
  const auto n = static_cast<double>(scatter.num_runs), p = static_cast<double>(scatter.num_free);
  const double scale = std::sqrt(n / (n - p)), count = static_cast<double>(sorted.size());
  double squares = 0.0;
  for (const double x : sorted) squares += x * x;
  const double rms = std::sqrt(squares / count);
  const double first = 1.0 / (count + 1.0), last = count / (count + 1.0);
  const double outermost = normal_quantile(last);
  for (std::size_t i = 0; i < kSteps; ++i) {
    const double share = (static_cast<double>(i) + 0.5) / kSteps;
    double x = 0.0;
    if (share < first) {
      x = sorted.front() + rms * (normal_quantile(share) + outermost);
    } else if (share > last) {
      x = sorted.back() + rms * (normal_quantile(share) - outermost);
    } else {
      x = sample_quantile(sorted, (share - first) / (last - first));
    }
    residuals_.push_back(scale * x);
  }
}

Interval NewRunSpread::interval(std::span<const double> log_losses, double level) const {
  detail::require_level(level);
  const std::vector<double> curve = detail::sorted_without_nan(log_losses);
  if (curve.empty()) {
    const double none = std::numeric_limits<double>::quiet_NaN();
    return {none, none};
  }
  const double all = static_cast<double>(curve.size()) * static_cast<double>(residuals_.size());
  // How many sums are at most x: as the curve rises, ever fewer residuals fit below.
  const auto num_below = [&](double x) {
    std::size_t fitting = residuals_.size(), sum = 0;
    for (const double on_curve : curve) {
      while (fitting > 0 && residuals_[fitting - 1] > x - on_curve) --fitting;
      sum += fitting;
    }
    return static_cast<double>(sum);
  };
  const auto quantile = [&](double share) {
    double low = curve.front() + residuals_.front(), high = curve.back() + residuals_.back();
    constexpr int kHalvings = 60;
    for (int i = 0; i < kHalvings && low < high; ++i) {
      const double middle = low + 0.5 * (high - low);
      (num_below(middle) < share * all ? low : high) = middle;
    }
    return high;
  };
  return {quantile(0.5 * (1.0 - level)), quantile(0.5 * (1.0 + level))};
}

Interval widened(const Interval& interval, double centre, double factor) {
  const double from = std::clamp(centre, interval.low, interval.high);
  return {from - factor * (from - interval.low), from + factor * (interval.high - from)};
}

NewRunLoss new_run_loss(const LawRecord& law, double log_loss, std::span<const double> drawn,
                        const std::array<double, kNumVariables>& values) {
  NewRunLoss out;
  if (law.calibration) {
    const NewRunCalibration& c = *law.calibration;
    out.distance = compute_of(c.measure, values) / c.largest_compute;
    out.factor = c.factor_at(out.distance);
  }
  if (!law.scatter.is_known() || drawn.empty()) return out;
  Interval range = NewRunSpread(law.scatter).interval(drawn, kLevel);
  if (!std::isfinite(range.low) || !std::isfinite(range.high)) return out;
  if (out.factor) range = widened(range, log_loss, *out.factor);
  out.interval = {{std::exp(range.low), std::exp(range.high)}, IntervalMethod::kPercentile};
  return out;
}

}  // namespace isoflop
