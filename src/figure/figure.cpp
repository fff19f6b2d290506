#include "isoflop/figure/figure.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "isoflop/error.hpp"

namespace isoflop {
namespace {

/// Whether two ends of an axis are the same but for rounding.
bool is_one_value(double low, double high) {
  return high - low <= 1e-11 * std::max(std::abs(low), std::abs(high));
}

/// What is wrong with an axis, as the end of a sentence; empty if nothing is.
std::string fault_of(const Axis& axis) {
  if (!std::isfinite(axis.low) || !std::isfinite(axis.high) || !(axis.low < axis.high)) {
    return "has a range that does not rise";
  }
  if (!std::isfinite(axis.high - axis.low) || is_one_value(axis.low, axis.high)) {
    return "has a range that no ticks can tell";
  }
  if (axis.scale == AxisScale::kLog && !(axis.low > 0.0))
    return "is logarithmic from zero or below";
  return "";
}

std::string fault_of(const Series& s) {
  const auto lengths = [&](std::size_t size, std::initializer_list<const std::vector<double>*> of) {
    return std::all_of(of.begin(), of.end(),
                       [&](const auto* column) { return column->size() == size; });
  };
  const std::size_t size = s.size();
  bool sound = true;
  switch (s.mark) {
    case Mark::kPoints:
    case Mark::kStars:
    case Mark::kLine:
    case Mark::kSteps:
      sound = lengths(size, {&s.x, &s.y});
      break;
    case Mark::kBand:
      sound = lengths(size, {&s.x, &s.low, &s.high});
      break;
    case Mark::kInterval:
      sound = s.x.empty() != s.y.empty() && lengths(size, {&s.low, &s.high});
      break;
    case Mark::kRule:
      sound = s.x.empty() != s.y.empty();
      break;
    case Mark::kBars:
      sound = s.x_edges.size() == size + 1;
      break;
    case Mark::kHeat:
      sound = s.x_edges.size() > 1 && s.y_edges.size() > 1 &&
              size == (s.x_edges.size() - 1) * (s.y_edges.size() - 1);
      break;
  }
  if (!sound) return "lacks columns, or has them of different length";
  const bool is_line = s.mark == Mark::kLine || s.mark == Mark::kSteps;
  if (!s.shade.empty() && s.shade.size() != (is_line ? 1 : size))
    return "has a shade of another length";
  if (!s.names.empty() && s.names.size() != size) return "has names of another length";
  return "";
}

}  // namespace

std::size_t Series::size() const {
  switch (mark) {
    case Mark::kInterval:
    case Mark::kRule:
      return std::max(x.size(), y.size());
    case Mark::kBars:
      return y.size();
    case Mark::kHeat:
      return values.size();
    default:
      return x.size();
  }
}

void require_sound(const Figure& figure) {
  for (std::size_t i = 0; i < figure.panels.size(); ++i) {
    const Panel& panel = figure.panels[i];
    const auto refuse = [&](const std::string& what) {
      throw Error("panels[" + std::to_string(i) + "]: " + what);
    };
    if (panel.row >= kMostPanels || panel.column >= kMostPanels) {
      refuse("stands beyond row or column " + std::to_string(kMostPanels - 1));
    }
    for (const auto& [axis, name] : {std::pair{&panel.x, "x"},
                                     {&panel.y, "y"},
                                     {panel.shade ? &*panel.shade : &panel.x, "shade"}}) {
      if (const std::string fault = fault_of(*axis); !fault.empty()) {
        refuse("the axis " + std::string(name) + " " + fault);
      }
    }
    for (std::size_t k = 0; k < panel.series.size(); ++k) {
      const Series& series = panel.series[k];
      if (const std::string fault = fault_of(series); !fault.empty()) {
        refuse("series[" + std::to_string(k) + "] (" + std::string(to_string(series.mark)) + ") " +
               fault);
      }
      if (!series.shade.empty() && !panel.shade) refuse("shades series and has no shade itself");
    }
  }
}

void fit_axis(Axis& axis, const std::vector<double>& values, double margin) {
  const bool is_log = axis.scale == AxisScale::kLog;
  double low = std::numeric_limits<double>::infinity(), high = -low;
  for (const double x : values) {
    if (!std::isfinite(x) || (is_log && !(x > 0.0))) continue;
    low = std::min(low, is_log ? std::log(x) : x);
    high = std::max(high, is_log ? std::log(x) : x);
  }
  if (!(low <= high)) return;
  // One value alone stands in the middle of an octave, or of what is as large as itself.
  if (is_one_value(low, high)) {
    const double half = is_log ? 0.35 : std::max(0.5 * std::abs(low), 0.5);
    low -= half;
    high += half;
  }
  const double room = margin * (high - low);
  // Margins of what is nearly as large or small as a double can be.
  constexpr double kLargest = 1e300;
  const double smallest = is_log ? 1.0 / kLargest : -kLargest;
  axis.low = std::clamp(is_log ? std::exp(low - room) : low - room, smallest, kLargest);
  axis.high = std::clamp(is_log ? std::exp(high + room) : high + room, smallest, kLargest);
}

}  // namespace isoflop
