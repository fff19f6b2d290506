// The memory of a shape while it trains, and of the shapes that a plan found: weights, gradients
// and optimizer states, one bar each, or one bar per shape.
#include <algorithm>

#include "api/pictures/json_numbers.hpp"
#include "api/pictures/law_runs.hpp"
#include "isoflop/api/plan.hpp"
#include "isoflop/api/shape.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/units.hpp"

namespace isoflop::api {

using Json = nlohmann::ordered_json;

namespace {

constexpr double kGigabyte = 1e9;
constexpr std::size_t kMostShapes = 8;

struct Part {
  const char *key, *label;
};
constexpr std::array<Part, 3> kParts{
    {{"weights", "weights"}, {"gradients", "gradients"}, {"optimizer", "optimizer states"}}};

/// Bars beside each other: for each shape one of each part, a gap between shapes.
Figure bars_of(const std::vector<const Json*>& bytes, const std::vector<std::string>& names) {
  Figure out{"memory", "Memory of training", ""};
  Panel panel;
  std::vector<double> tops{0.0};
  panel.x = {names.size() > 1 ? "shape" : "",
             "",
             AxisScale::kLinear,
             -0.5,
             static_cast<double>(bytes.size()) - 0.5,
             std::vector<AxisTick>{}};
  for (std::size_t i = 0; i < names.size(); ++i)
    panel.x.ticks->push_back({static_cast<double>(i), names[i]});
  for (std::size_t part = 0; part < kParts.size(); ++part) {
    Series bars{Mark::kBars, alternative(part), kParts[part].label};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const double left = static_cast<double>(i) - 0.36 + 0.24 * static_cast<double>(part);
      const double gigabytes = number_at(*bytes[i], kParts[part].key) / kGigabyte;
      // Between two bars of a part lies a bar of nothing.
      if (i > 0) {
        bars.y.push_back(0.0);
        bars.names.push_back("");
      }
      bars.x_edges.insert(bars.x_edges.end(), {left, left + 0.24});
      bars.y.push_back(gigabytes);
      bars.names.push_back(names[i] + ", " + kParts[part].label + ": " + in_words(gigabytes) +
                           " GB");
      tops.push_back(gigabytes);
    }
    panel.series.push_back(bars);
  }
  panel.y = {"memory", "GB"};
  fit_axis(panel.y, tops, 0.0);
  panel.y.high *= 1.06;
  out.panels = {panel};
  return out;
}

std::string total_words(const Json& bytes) {
  double sum = 0.0;
  for (const Part& part : kParts) sum += number_at(bytes, part.key);
  return bytes_text(sum);
}

Figure draw_memory(const PictureInput& input, const FigureRequest&, const Context&) {
  const Json& json = input.json;
  if (json["format"].get<std::string>() != kPlanFormat) {
    const Json& bytes = json.at("bytes");
    Figure out =
        bars_of({&bytes}, {in_words(number_at(json.at("params"), "total")) + " parameters"});
    out.description = "Weights, gradients and optimizer states take " + total_words(bytes) +
                      " together, activations apart; a cached token takes " +
                      bytes_text(number_at(bytes, "kv_cache_per_token")) + ".";
    return out;
  }
  std::vector<const Json*> bytes;
  std::vector<std::string> names;
  for (const Json& plan : json.at("plans")) {
    if (!plan.contains("shapes")) continue;
    for (const Json& shape : plan["shapes"]) {
      if (bytes.size() == kMostShapes) break;
      bytes.push_back(&shape.at("bytes"));
      names.push_back(
          in_words(number_at(shape, "params_total")) +
          (json.at("plans").size() > 1 ? " at " + in_words(number_at(plan, "budget_flops")) : ""));
    }
  }
  if (bytes.empty()) throw DataError(input.origin, "has no shapes; plan with " + field("shapes"));
  Figure out = bars_of(bytes, names);
  out.panels[0].x.label = "parameters of the shape";
  out.description = "Weights, gradients and optimizer states of the first shape take " +
                    total_words(*bytes.front()) + " together, activations apart.";
  return out;
}

}  // namespace

Picture memory_picture() {
  return {{"memory", "bytes of shapes in training", {kShapeFormat, kPlanFormat}}, draw_memory};
}

}  // namespace isoflop::api
