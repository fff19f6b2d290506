/// Where an axis has ticks and what stands at them: 1, 2 and 5, or 1 and 3, of each decade, whole
/// decades, or round numbers, the densest of these whose labels keep apart.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "isoflop/figure/figure.hpp"

namespace isoflop {

struct AxisTicks {
  std::vector<AxisTick> labelled;  ///< rising
  std::vector<double> between;     ///< short ticks without labels
};

/// Place of a value on an axis: 0 at its low end, 1 at its high one.
double place_on(const Axis& axis, double value);

/// Labels of ticks on an axis `length` long. `extent` gives the room along the axis that a label
/// takes in the same unit; `gap` is the least between two of them.
AxisTicks ticks_of(const Axis& axis, double length,
                   const std::function<double(std::string_view)>& extent, double gap);

}  // namespace isoflop
