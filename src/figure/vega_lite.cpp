#include "isoflop/figure/vega_lite.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "io/json_values.hpp"

namespace isoflop {
namespace {

using Json = nlohmann::ordered_json;

Json scale_of(const Axis& axis) {
  return {{"type", to_string(axis.scale)},
          {"domain", {axis.low, axis.high}},
          {"nice", false},
          {"zero", false}};
}

Json encoding_of(const char* column, const Axis& axis) {
  Json out{{"field", column}, {"type", "quantitative"}, {"scale", scale_of(axis)}};
  out["title"] = axis.label + (axis.unit.empty() ? "" : ", " + axis.unit);
  // As the other renderings write it: 1.5M, and 1e18 from there on.
  out["axis"] = {{"labelExpr",
                  "datum.value >= 1e15 ? format(datum.value, '.3~e') : replace(format(datum.value, "
                  "'.4~s'), 'G', 'B')"}};
  if (axis.ticks) {
    Json values = Json::array();
    std::string label = "''";
    for (const AxisTick& t : *axis.ticks) {
      values.push_back(t.at);
      label = "datum.value == " + Json(t.at).dump() + " ? " + Json(t.label).dump() + " : " + label;
    }
    out["axis"] = {{"values", values}, {"labelExpr", label}};
  }
  return out;
}

/// One row per mark, with the columns that it has.
Json rows_of(const Series& s) {
  Json out = Json::array();
  for (std::size_t i = 0; i < s.size(); ++i) {
    Json row = Json::object();
    const auto put = [&](const char* name, const std::vector<double>& column) {
      if (i < column.size()) row[name] = detail::finite_or_null(column[i]);
    };
    put("x", s.x);
    put("y", s.y);
    put("low", s.low);
    put("high", s.high);
    if (s.shade.size() == s.size()) put("shade", s.shade);
    if (s.mark == Mark::kBars) row.update({{"low", s.x_edges[i]}, {"high", s.x_edges[i + 1]}});
    if (s.mark == Mark::kHeat) {
      const std::size_t columns = s.x_edges.size() - 1, c = i % columns, r = i / columns;
      if (!(s.values[i] > 0.0)) continue;
      row.update({{"x", s.x_edges[c]},
                  {"x2", s.x_edges[c + 1]},
                  {"y", s.y_edges[r]},
                  {"y2", s.y_edges[r + 1]},
                  {"value", s.values[i]}});
    }
    if (!s.names.empty()) row["name"] = s.names[i];
    if (!s.label.empty()) row["series"] = s.label;
    out.push_back(std::move(row));
  }
  return out;
}

/// Colours of the Okabe-Ito set by role, and dashes where lines would otherwise look alike.
Json mark_of(const Series& s) {
  constexpr const char* kColours[]{"#333333", "#999999", "#0072B2", "#D55E00", "#0072B2",
                                   "#0072B2", "#D55E00", "#D55E00", "#009E73", "#8D9FB3",
                                   "#0072B2", "#666666", "#1F2F66", "#E69F00", "#009E73",
                                   "#56B4E9", "#CC79A7", "#6B7078"};
  Json out;
  switch (s.mark) {
    case Mark::kPoints:
      out = {{"type", "point"}, {"filled", s.role != Role::kOtherData}};
      break;
    case Mark::kStars:
      out = {{"type", "point"},
             {"filled", true},
             {"size", 180},
             {"shape",
              "M0,-1L0.25,-0.35L0.95,-0.31L0.41,0.13L0.59,0.81L0,0.43L-0.59,0.81L-0.41,0.13L-0.95,-"
              "0.31L-0.25,-0.35Z"}};
      break;
    case Mark::kLine:
      out = {{"type", "line"}};
      break;
    case Mark::kSteps:
      out = {{"type", "line"}, {"interpolate", "step-after"}};
      break;
    case Mark::kBand:
      out = {{"type", "area"}, {"opacity", s.role == Role::kNewRunBand ? 0.15 : 0.3}};
      break;
    case Mark::kInterval:
    case Mark::kRule:
      out = {{"type", "rule"}};
      break;
    case Mark::kBars:
    case Mark::kHeat:
      out = {{"type", "rect"}};
      break;
  }
  out["color"] = kColours[static_cast<std::size_t>(s.role)];
  if (s.role == Role::kReference || s.role == Role::kCorrected) out["strokeDash"] = {5, 4};
  out["clip"] = true;
  if (!s.names.empty()) out["tooltip"] = true;
  return out;
}

Json layer_of(const Panel& panel, const Series& s) {
  Json out{{"data", {{"values", rows_of(s)}}}, {"mark", mark_of(s)}};
  if (!s.label.empty()) out["name"] = s.label;
  Json x = encoding_of("x", panel.x), y = encoding_of("y", panel.y);
  Json& encoding = out["encoding"] = Json::object();
  if (s.mark == Mark::kBand || (s.mark == Mark::kInterval && !s.x.empty())) {
    y["field"] = "low";
    encoding = {{"x", x}, {"y", y}, {"y2", {{"field", "high"}}}};
  } else if (s.mark == Mark::kInterval) {
    x["field"] = "low";
    encoding = {{"x", x}, {"x2", {{"field", "high"}}}, {"y", y}};
  } else if (s.mark == Mark::kBars) {
    x["field"] = "low";
    encoding = {{"x", x},
                {"x2", {{"field", "high"}}},
                {"y", y},
                {"y2", {{"datum", panel.y.scale == AxisScale::kLog ? panel.y.low : 0.0}}}};
  } else if (s.mark == Mark::kHeat) {
    encoding = {{"x", x},
                {"x2", {{"field", "x2"}}},
                {"y", y},
                {"y2", {{"field", "y2"}}},
                {"color", {{"field", "value"}, {"type", "quantitative"}, {"title", "count"}}}};
  } else if (s.mark == Mark::kRule) {
    encoding = s.x.empty() ? Json{{"y", y}} : Json{{"x", x}};
  } else {
    encoding = {{"x", x}, {"y", y}};
  }
  if (panel.shade && !s.shade.empty()) {
    Json shade{
        {"type", "quantitative"}, {"title", panel.shade->label}, {"scale", scale_of(*panel.shade)}};
    shade["scale"].update({{"scheme", "viridis"}, {"reverse", true}});
    shade["scale"].erase("nice");
    shade["scale"].erase("zero");
    if (s.shade.size() == s.size()) {
      shade["field"] = "shade";
    } else {
      shade["datum"] = s.shade.front();
    }
    encoding["color"] = shade;
  }
  // In the order of the file, not of x.
  if (s.mark == Mark::kLine || s.mark == Mark::kSteps) encoding["order"] = {{"value", 0}};
  return out;
}

Json covered_layer(const Panel& panel) {
  Json row = Json::object();
  const auto [left, right] = panel.covered_x.value_or(std::pair{panel.x.low, panel.x.high});
  const auto [low, high] = panel.covered_y.value_or(std::pair{panel.y.low, panel.y.high});
  row = {{"x", left}, {"x2", right}, {"y", low}, {"y2", high}};
  return {{"name", "range of the runs"},
          {"data", {{"values", Json::array({row})}}},
          {"mark", {{"type", "rect"}, {"color", "#eef1f4"}, {"clip", true}}},
          {"encoding",
           {{"x", encoding_of("x", panel.x)},
            {"x2", {{"field", "x2"}}},
            {"y", encoding_of("y", panel.y)},
            {"y2", {{"field", "y2"}}}}}};
}

Json panel_view(const Panel& panel, double width, double height) {
  Json out;
  if (!panel.title.empty()) out["title"] = panel.title;
  out["width"] = width;
  out["height"] = height;
  out["layer"] = Json::array();
  if (panel.covered_x || panel.covered_y) out["layer"].push_back(covered_layer(panel));
  for (const Series& s : panel.series) out["layer"].push_back(layer_of(panel, s));
  return out;
}

}  // namespace

Json figure_vega_lite(const Figure& figure) {
  std::size_t rows = 0, columns = 0;
  for (const Panel& p : figure.panels) {
    rows = std::max(rows, p.row + 1);
    columns = std::max(columns, p.column + 1);
  }
  Json out{{"$schema", "https://vega.github.io/schema/vega-lite/v5.json"},
           {"title", figure.title},
           {"description", figure.description},
           {"vconcat", Json::array()}};
  const double width = columns == 1   ? 560
                       : columns == 2 ? 320
                                      : 140,
               height = rows == 1     ? 360
                        : columns > 2 ? 110
                                      : 200;
  for (std::size_t r = 0; r < rows; ++r) {
    Json line = Json::array();
    for (std::size_t c = 0; c < columns; ++c) {
      for (const Panel& p : figure.panels) {
        if (p.row == r && p.column == c) line.push_back(panel_view(p, width, height));
      }
    }
    if (!line.empty()) out["vconcat"].push_back({{"hconcat", line}});
  }
  return out;
}

}  // namespace isoflop
