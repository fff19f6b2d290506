#include "isoflop/figure/ticks.hpp"

#include <algorithm>
#include <cmath>

#include "isoflop/io/number.hpp"

namespace isoflop {
namespace {

using Values = std::vector<double>;

/// m 10^k without a rounding where a double has it.
double scaled(double m, int k) { return k >= 0 ? m * std::pow(10.0, k) : m / std::pow(10.0, -k); }

bool is_on(const Axis& axis, double x) {
  const double slack = 1e-9 * std::max(std::abs(axis.low), std::abs(axis.high));
  return x >= axis.low - (axis.scale == AxisScale::kLog ? 1e-9 * axis.low : slack) &&
         x <= axis.high + (axis.scale == AxisScale::kLog ? 1e-9 * axis.high : slack);
}

/// Those multiples of every decade, or of every `step`-th one.
Values in_decades(const Axis& axis, std::initializer_list<int> multiples, int step) {
  Values out;
  const int first = static_cast<int>(std::floor(std::log10(axis.low)));
  const int last = static_cast<int>(std::ceil(std::log10(axis.high)));
  for (int k = first; k <= last; ++k) {
    if (((k % step) + step) % step != 0) continue;
    for (const int m : multiples) {
      if (is_on(axis, scaled(m, k))) out.push_back(scaled(m, k));
    }
  }
  return out;
}

/// Multiples of m 10^k.
Values in_steps(const Axis& axis, int m, int k) {
  Values out;
  const double step = scaled(m, k);
  for (double i = std::ceil(axis.low / step - 1e-9); i * step <= axis.high + 1e-9 * step; ++i) {
    out.push_back(i == 0.0 ? 0.0 : scaled(i * m, k));
  }
  return out;
}

/// From the densest to the sparsest.
std::vector<Values> candidates(const Axis& axis) {
  std::vector<Values> out;
  const bool is_log = axis.scale == AxisScale::kLog;
  if (is_log && axis.high / axis.low >= 8.0) {
    out.push_back(in_decades(axis, {1, 2, 5}, 1));
    out.push_back(in_decades(axis, {1, 3}, 1));
    for (const int step : {1, 2, 3, 5, 10, 20, 50, 100}) out.push_back(in_decades(axis, {1}, step));
    return out;
  }
  const int k = static_cast<int>(std::floor(std::log10(axis.high - axis.low)));
  for (int decade = k - 1; decade <= k; ++decade) {
    for (const int m : {1, 2, 5}) out.push_back(in_steps(axis, m, decade));
  }
  return out;
}

std::vector<AxisTick> labelled(const Values& values) {
  std::vector<AxisTick> out;
  for (const double x : values) out.push_back({x, human_number(x)});
  return out;
}

}  // namespace

double place_on(const Axis& axis, double value) {
  if (axis.scale == AxisScale::kLinear) return (value - axis.low) / (axis.high - axis.low);
  // A ratio may be more than a double holds.
  const double low = std::log(axis.low);
  return (std::log(value) - low) / (std::log(axis.high) - low);
}

AxisTicks ticks_of(const Axis& axis, double length,
                   const std::function<double(std::string_view)>& extent, double gap) {
  const auto begins = [&](const AxisTick& t) {
    return length * place_on(axis, t.at) - 0.5 * extent(t.label);
  };
  const auto apart = [&](const AxisTick& a, const AxisTick& b) {
    return begins(b) - begins(a) - extent(a.label) >= gap && a.label != b.label;
  };
  AxisTicks out;
  if (axis.ticks) {
    for (const AxisTick& t : *axis.ticks) {
      if (!is_on(axis, t.at)) continue;
      if (out.labelled.empty() || apart(out.labelled.back(), t)) out.labelled.push_back(t);
    }
    return out;
  }
  const std::vector<Values> all = candidates(axis);
  for (const Values& values : all) {
    const std::vector<AxisTick> ticks = labelled(values);
    bool fits = true;
    for (std::size_t i = 1; i < ticks.size(); ++i) fits = fits && apart(ticks[i - 1], ticks[i]);
    if (!fits || ticks.size() <= out.labelled.size()) continue;
    out.labelled = ticks;
    if (ticks.size() > 1) break;  // one alone says no scale: a sparser candidate may say more
  }
  for (std::size_t c = 0; out.labelled.empty() && c < all.size(); ++c) {
    if (!all[c].empty()) out.labelled = labelled({all[c][all[c].size() / 2]});
  }
  const bool is_log = axis.scale == AxisScale::kLog;
  if (is_log && axis.high / axis.low >= 8.0 && axis.high / axis.low <= 1e8) {
    out.between = in_decades(axis, {1, 2, 3, 4, 5, 6, 7, 8, 9}, 1);
  }
  return out;
}

}  // namespace isoflop
