/// Figures that tests draw.
#pragma once

#include <cmath>

#include "isoflop/figure/figure.hpp"

namespace isoflop::testing {

/// One of every mark, on two panels that share an axis, with names that ask to be escaped.
inline Figure every_mark() {
  Figure out{"test", "Everything <once>", "A & B, \"quoted\""};
  Panel a;
  a.title = "left";
  a.x = {"x", "FLOPs", AxisScale::kLog, 1e18, 1e21};
  a.y = {"y", "", AxisScale::kLinear, -1.0, 4.0};
  a.covered_x = {2e18, 5e19};
  a.shade = Axis{"size", "", AxisScale::kLog, 1e6, 1e9};
  Series points{Mark::kPoints, Role::kData, "runs", {1e19, 1e20}, {1.0, 2.0}};
  points.shade = {1e7, 1e8};
  points.names = {"<script>alert(1)</script>", "line 3: a & b"};
  Series line{Mark::kLine, Role::kLaw, "the law", {1e18, 1e19, 1e20}, {0.0, std::nan(""), 3.0}};
  line.shade = {1e8};
  Series band{Mark::kBand, Role::kCurveBand, "95 %", {1e18, 1e20}};
  band.low = {0.5, 1.0};
  band.high = {1.0, 2.5};
  Series bars{Mark::kInterval, Role::kNewRunBand, "new runs", {1e19}};
  bars.low = {0.5};
  bars.high = {1.5};
  Series zero{Mark::kRule, Role::kReference, "zero"};
  zero.y = {0.0};
  Series steps{Mark::kSteps, Role::kSecond, "steps", {1e18, 1e20}, {1.0, 2.0}};
  a.series = {
      band, zero, line, steps, bars, points, {Mark::kStars, Role::kTarget, "plan", {1e20}, {2.0}}};
  Panel b;
  b.column = 1;
  b.x = {"count", "", AxisScale::kLinear, 0.0, 2.0};
  b.y = a.y;
  Series histogram{Mark::kBars, Role::kDraws, "draws"};
  histogram.x_edges = {0.0, 1.0, 2.0};
  histogram.y = {3.0, 1.0};
  Series heat{Mark::kHeat, Role::kDraws, "pairs"};
  heat.x_edges = {0.0, 1.0, 2.0};
  heat.y_edges = {0.0, 4.0};
  heat.values = {2.0, 0.0};
  b.series = {histogram, heat};
  out.panels = {a, b};
  return out;
}

}  // namespace isoflop::testing
