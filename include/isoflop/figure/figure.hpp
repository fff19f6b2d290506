/// What a picture shows, as a value: panels with axes, and in each series of marks. Renderers
/// (svg.hpp here, matplotlib in Python) and exports (vega_lite.hpp, table.hpp) are views of it; how
/// something looks follows from what it is, its Role, and is never said here. docs/figures.md
/// describes the JSON of it, isoflop.figure/1.
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace isoflop {

inline constexpr std::string_view kFigureFormat = "isoflop.figure/1";

enum class AxisScale { kLinear, kLog };
constexpr std::string_view to_string(AxisScale scale) {
  return scale == AxisScale::kLog ? "log" : "linear";
}

struct AxisTick {
  double at = 0.0;
  std::string label;
};

struct Axis {
  std::string label;
  std::string unit{};  ///< "" for counts and ratios
  AxisScale scale = AxisScale::kLinear;
  double low = 0.0, high = 1.0;  ///< what is shown; low < high, both > 0 on a logarithmic axis
  /// Of categories, or none at all; else renderers choose.
  std::optional<std::vector<AxisTick>> ticks{};
};

/// What marks a series is drawn with, and which of its columns they need.
enum class Mark {
  kPoints,    ///< x, y
  kStars,     ///< x, y
  kLine,      ///< x, y
  kSteps,     ///< x, y: holds from its x to the next
  kBand,      ///< x, low, high: between two curves
  kInterval,  ///< x, low, high: error bars upward; y, low, high: across
  kRule,      ///< x or y: lines through the whole panel
  kBars,  ///< x_edges, y: from x_edges[i] to x_edges[i + 1], from 0 (or the foot of the axis) to y
  kHeat   ///< x_edges, y_edges, values by rows of y: rectangles by a count, 0 is not drawn
};
struct MarkInfo {
  Mark id;
  std::string_view name;
};
inline constexpr std::array<MarkInfo, 9> kMarks{{{Mark::kPoints, "points"},
                                                 {Mark::kStars, "stars"},
                                                 {Mark::kLine, "line"},
                                                 {Mark::kSteps, "steps"},
                                                 {Mark::kBand, "band"},
                                                 {Mark::kInterval, "interval"},
                                                 {Mark::kRule, "rule"},
                                                 {Mark::kBars, "bars"},
                                                 {Mark::kHeat, "heat"}}};
constexpr std::string_view to_string(Mark mark) {
  return kMarks[static_cast<std::size_t>(mark)].name;
}

/// What a series is, from which every renderer takes its look.
enum class Role {
  kData,        ///< runs as measured
  kOtherData,   ///< runs that the curves beside them are not of
  kLaw,         ///< what a law says
  kOptimum,     ///< where the law is lowest: minima, the frontier
  kCurveBand,   ///< 95 % of the curve
  kNewRunBand,  ///< 95 % of new runs
  kTarget,      ///< what was asked for: a plan
  kVertex,      ///< lowest points of parabolas, as measured
  kCorrected,   ///< the same without the parabola's bias
  kDraws,       ///< refits to resampled runs
  kEstimate,    ///< the value that is reported
  kReference,   ///< something to compare with: zero, equality, a published value
  kFirst,       ///< one of up to six alternatives that stand side by side
  kSecond,
  kThird,
  kFourth,
  kFifth,
  kSixth
};
struct RoleInfo {
  Role id;
  std::string_view name;
};
inline constexpr std::array<RoleInfo, 18> kRoles{{{Role::kData, "data"},
                                                  {Role::kOtherData, "other_data"},
                                                  {Role::kLaw, "law"},
                                                  {Role::kOptimum, "optimum"},
                                                  {Role::kCurveBand, "curve_band"},
                                                  {Role::kNewRunBand, "new_run_band"},
                                                  {Role::kTarget, "target"},
                                                  {Role::kVertex, "vertex"},
                                                  {Role::kCorrected, "corrected"},
                                                  {Role::kDraws, "draws"},
                                                  {Role::kEstimate, "estimate"},
                                                  {Role::kReference, "reference"},
                                                  {Role::kFirst, "first"},
                                                  {Role::kSecond, "second"},
                                                  {Role::kThird, "third"},
                                                  {Role::kFourth, "fourth"},
                                                  {Role::kFifth, "fifth"},
                                                  {Role::kSixth, "sixth"}}};
constexpr std::string_view to_string(Role role) {
  return kRoles[static_cast<std::size_t>(role)].name;
}
inline constexpr std::size_t kNumAlternatives = 6;
/// The place-th of several alternatives; from the seventh on they begin again.
constexpr Role alternative(std::size_t place) {
  return static_cast<Role>(static_cast<std::size_t>(Role::kFirst) + place % kNumAlternatives);
}

/// Marks of one kind. Of the columns those that its Mark needs are there, equally long but for
/// edges, one longer than what lies between them. A value that is not finite has no mark, and ends
/// a line.
struct Series {
  Mark mark = Mark::kPoints;
  Role role = Role::kData;
  std::string label{};  ///< in the legend; "" is not shown there
  std::vector<double> x{}, y{}, low{}, high{};
  std::vector<double> x_edges{}, y_edges{}, values{};
  std::vector<double> shade{};  ///< on the panel's shade: one per mark, or one for a whole line
  std::vector<std::string> names{};  ///< one per mark, or empty: what it is, for whoever asks

  std::size_t size() const;  ///< marks: points, bars, cells, …
};

/// Rows and columns of panels in a figure: no coefficient of a law of 32 goes without.
inline constexpr std::size_t kMostPanels = 32;

struct Panel {
  std::size_t row = 0, column = 0;  ///< in a grid, below kMostPanels
  std::string title{};
  Axis x{}, y{};
  /// What the runs cover, if known: [low, high] along x and along y.
  std::optional<std::pair<double, double>> covered_x{}, covered_y{};
  std::optional<Axis> shade{};   ///< of what series are shaded by
  std::vector<Series> series{};  ///< the first lies below
};

struct Figure {
  std::string kind;  ///< which picture: "frontier"
  std::string title;
  std::string description;  ///< the answer in words, a sentence or two
  std::vector<Panel> panels{};
};

/// Throws Error for a figure that breaks what is said above, naming the panel: for whoever reads
/// one from a file.
void require_sound(const Figure& figure);

/// Sets an axis to what covers these values with a margin; those that are not finite, or not
/// positive on a logarithmic axis, are passed over. Without any it is left as it is.
void fit_axis(Axis& axis, const std::vector<double>& values, double margin = 0.04);

}  // namespace isoflop
