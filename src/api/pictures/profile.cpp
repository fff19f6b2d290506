// The profile of every coefficient: how far the objective rises above its minimum as the
// coefficient is moved and all others are fitted again, and where the runs begin to contradict it.
// A parabola is what a determined coefficient has; a flat side is one that nothing in the runs
// holds.
#include <algorithm>
#include <cmath>

#include "api/pictures/json_numbers.hpp"
#include "api/pictures/law_runs.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/law_file.hpp"

namespace isoflop::api {
namespace {

struct Curve {
  std::vector<double> x, rise;
};

/// Between places the root of the rise is close to linear, with a sign on either side of the fit.
Curve between_places(const Curve& places, double estimate, AxisScale scale) {
  constexpr int kPieces = 5;
  const auto root = [&](std::size_t i) {
    const double size = std::sqrt(std::max(places.rise[i], 0.0));
    return places.x[i] < estimate ? -size : size;
  };
  Curve out;
  for (std::size_t i = 0; i + 1 < places.x.size(); ++i) {
    for (int piece = 0; piece < kPieces; ++piece) {
      const double share = static_cast<double>(piece) / kPieces;
      const double low = places.x[i], high = places.x[i + 1];
      out.x.push_back(scale == AxisScale::kLog ? low * std::pow(high / low, share)
                                               : low + share * (high - low));
      out.rise.push_back(std::pow((1.0 - share) * root(i) + share * root(i + 1), 2));
    }
  }
  out.x.push_back(places.x.back());
  out.rise.push_back(places.rise.back());
  return out;
}

/// The rises as multiples of the one that chance allows.
Panel panel_of(const std::string& name, const nlohmann::ordered_json& profile, double estimate,
               double tolerated) {
  Curve places{profile.at("values").get<std::vector<double>>(),
               profile.at("rises").get<std::vector<double>>()};
  if (places.x.empty() || places.x.size() != places.rise.size()) {
    throw Error("the profile of " + name + " needs as many rises as values, and at least one");
  }
  for (double& rise : places.rise) rise /= tolerated;
  Panel out;
  out.title = name;
  const bool spans_decades = places.x.front() > 0.0 && places.x.back() > 30.0 * places.x.front();
  out.x = {name, "", spans_decades ? AxisScale::kLog : AxisScale::kLinear};
  fit_axis(out.x, places.x);
  out.y = {"rise of the objective / tolerated rise", "", AxisScale::kLinear, 0.0, 1.6};
  Series limit{Mark::kRule, Role::kReference, "where the runs contradict it (95 %)"};
  limit.y = {1.0};
  const Curve curve = between_places(places, estimate, out.x.scale);
  Series line{Mark::kLine, Role::kLaw, "all other coefficients fitted again", curve.x, curve.rise};
  Series at{Mark::kPoints, Role::kDraws, "where it was computed", places.x, places.rise};
  for (std::size_t i = 0; i < places.x.size(); ++i) {
    at.names.push_back(name + " " + in_words(places.x[i]) + ": " + in_words(places.rise[i]) +
                       " of the tolerated rise");
  }
  Series estimated{Mark::kRule, Role::kEstimate, "the fit"};
  estimated.x = {estimate};
  out.series = {limit, estimated, line, at};
  const auto [low, high] = ends_at(profile, "interval");
  if (std::isfinite(low) && std::isfinite(high)) {
    Series interval{Mark::kInterval, Role::kEstimate, "95 % profile interval"};
    interval.y = {1.0};
    interval.low = {low};
    interval.high = {high};
    out.series.push_back(interval);
  }
  return out;
}

Figure draw_profile(const PictureInput& input, const FigureRequest&, const Context&) {
  constexpr std::size_t kColumns = 3;
  const LawRecord law = law_from_json(input.json, input.origin);
  const LawFacts facts = facts_of(law.law);
  const nlohmann::ordered_json none = nlohmann::ordered_json::object();
  const auto& fit = input.json.contains("fit") ? input.json["fit"] : none;
  const double tolerated = number_at(fit, "tolerated_rise");
  if (!(tolerated > 0.0)) {
    throw DataError(input.origin,
                    "has no profile of its coefficients: it is no fit, or one without profile "
                    "intervals, or of an older program; fit again to draw it");
  }
  Figure out{"profile", "How far each coefficient can be moved", ""};
  std::string weak, firm;
  for (std::size_t p = 0; p < facts.coefficients.size(); ++p) {
    const std::string name(facts.coefficients[p].name);
    const auto& profiles = fit.at("profile");
    if (!profiles.contains(name)) continue;  // fixed
    out.panels.push_back(panel_of(name, profiles[name], law.coefficients[p], tolerated));
    out.panels.back().row = (out.panels.size() - 1) / kColumns;
    out.panels.back().column = (out.panels.size() - 1) % kColumns;
    std::string& list = profiles[name].at("weak").get<bool>() ? weak : firm;
    list += (list.empty() ? "" : ", ") + name;
  }
  if (out.panels.empty()) {
    throw DataError(input.origin, "has no coefficient that was fitted");
  }
  out.description = weak.empty()   ? "The runs determine every coefficient: " + firm + "."
                    : firm.empty() ? "The runs determine no coefficient: " + weak + "."
                                   : "The runs determine " + firm + ", and not " + weak + ".";
  return out;
}

}  // namespace

Picture profile_picture() {
  return {{"profile",
           "how the objective rises as each coefficient is moved",
           {kLawFormat, kFirstLawFormat}},
          draw_profile};
}

}  // namespace isoflop::api
