// Refits to resampled runs, coefficient by coefficient and pair by pair: how they scatter, which of
// them make up for each other, and how many sit at a bound. One that spans decades is drawn by its
// logarithm. On the diagonal the fit itself and the 95 % profile interval.
#include "isoflop/laws/coefficients.hpp"

#include <algorithm>

#include "api/pictures/json_numbers.hpp"
#include "api/pictures/law_runs.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/law_file.hpp"

namespace isoflop::api {
namespace {

constexpr std::size_t kBars = 24, kCells = 16;

/// One coefficient over all draws.
struct Drawn {
  std::string name;
  std::vector<double> values;
  double estimate;
  Axis axis;
};

Drawn drawn_of(const LawRecord& law, const CoefficientInfo& info, std::size_t p) {
  Drawn out{std::string(info.name), {}, law.coefficients[p], {std::string(info.name)}};
  for (const std::vector<double>& draw : law.draws.bootstrap) out.values.push_back(draw[p]);
  const auto [low, high] = std::minmax_element(out.values.begin(), out.values.end());
  if (*low > 0.0 && *high > 30.0 * *low) out.axis.scale = AxisScale::kLog;
  std::vector<double> shown = out.values;
  shown.push_back(out.estimate);
  fit_axis(out.axis, shown);
  return out;
}

/// `count` equal parts of an axis, in its own scale: count + 1 edges.
std::vector<double> edges_of(const Axis& axis, std::size_t count) {
  std::vector<double> out;
  for (std::size_t i = 0; i <= count; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(count);
    out.push_back(axis.scale == AxisScale::kLog ? axis.low * std::pow(axis.high / axis.low, share)
                                                : axis.low + share * (axis.high - axis.low));
  }
  return out;
}

std::size_t part_of(const std::vector<double>& edges, double value) {
  const auto above = std::upper_bound(edges.begin(), edges.end(), value);
  const auto part = std::max<std::ptrdiff_t>(above - edges.begin() - 1, 0);
  return std::min(static_cast<std::size_t>(part), edges.size() - 2);
}

Panel histogram(const Drawn& c, std::pair<double, double> profile) {
  Panel out;
  Series bars{Mark::kBars, Role::kDraws, "refits to resampled runs"};
  bars.x_edges = edges_of(c.axis, kBars);
  bars.y.assign(kBars, 0.0);
  for (const double x : c.values) bars.y[part_of(bars.x_edges, x)] += 1.0;
  const double most = *std::max_element(bars.y.begin(), bars.y.end());
  out.title = c.name;
  out.x = c.axis;
  out.y = {"", "", AxisScale::kLinear, 0.0, 1.15 * most, std::vector<AxisTick>{}};
  Series estimate{Mark::kRule, Role::kEstimate, "the fit"};
  estimate.x = {c.estimate};
  out.series = {bars, estimate};
  if (std::isfinite(profile.first) && std::isfinite(profile.second)) {
    Series interval{Mark::kInterval, Role::kEstimate, "95 % profile interval"};
    interval.y = {1.06 * most};
    interval.low = {profile.first};
    interval.high = {profile.second};
    out.series.push_back(interval);
  }
  return out;
}

Panel pair_of(const Drawn& x, const Drawn& y) {
  Panel out;
  Series heat{Mark::kHeat, Role::kDraws, ""};
  heat.x_edges = edges_of(x.axis, kCells);
  heat.y_edges = edges_of(y.axis, kCells);
  heat.values.assign(kCells * kCells, 0.0);
  for (std::size_t i = 0; i < x.values.size(); ++i) {
    heat.values[part_of(heat.y_edges, y.values[i]) * kCells + part_of(heat.x_edges, x.values[i])] +=
        1.0;
  }
  out.x = x.axis;
  out.y = y.axis;
  Series estimate{Mark::kPoints, Role::kEstimate, "", {x.estimate}, {y.estimate}};
  estimate.names = {"the fit: " + x.name + " " + in_words(x.estimate) + ", " + y.name + " " +
                    in_words(y.estimate)};
  out.series = {heat, estimate};
  return out;
}

Figure draw_coefficients(const PictureInput& input, const FigureRequest&, const Context&) {
  const LawRecord law = law_from_json(input.json, input.origin);
  const LawFacts facts = facts_of(law.law);
  if (law.draws.bootstrap.empty()) {
    throw DataError(input.origin, "has no draws: fit with " + field("bootstrap") + " to get some");
  }
  std::vector<Drawn> all;
  std::vector<std::pair<double, double>> profiles;
  for (std::size_t p = 0; p < facts.coefficients.size(); ++p) {
    Drawn one = drawn_of(law, facts.coefficients[p], p);
    // One that was fixed has nothing to show.
    if (*std::max_element(one.values.begin(), one.values.end()) ==
        *std::min_element(one.values.begin(), one.values.end()))
      continue;
    const nlohmann::ordered_json none;
    const auto& fit = input.json.contains("fit") ? input.json["fit"] : none;
    const auto& profile = fit.is_object() && fit.contains("profile") ? fit["profile"] : none;
    profiles.push_back(profile.is_object() && profile.contains(one.name)
                           ? ends_at(profile[one.name], "interval")
                           : std::pair{std::nan(""), std::nan("")});
    all.push_back(std::move(one));
  }
  const std::vector<std::string> at_bounds = draws_at_bounds(facts, law.draws.bootstrap);
  Figure out{"coefficients", "What resampled runs make of the coefficients", ""};
  out.description = std::to_string(law.draws.bootstrap.size()) + " refits of " +
                    std::string(facts.name) + " to resampled runs";
  for (const std::string& clause : at_bounds) out.description += "; " + clause;
  out.description += ".";
  for (std::size_t row = 0; row < all.size(); ++row) {
    for (std::size_t column = 0; column <= row; ++column) {
      out.panels.push_back(row == column ? histogram(all[row], profiles[row])
                                         : pair_of(all[column], all[row]));
      out.panels.back().row = row;
      out.panels.back().column = column;
    }
  }
  return out;
}

}  // namespace

Picture coefficients_picture() {
  return {{"coefficients", "how refits to resampled runs scatter", {kLawFormat, kFirstLawFormat}},
          draw_coefficients};
}

}  // namespace isoflop::api
