#include "isoflop/figure/vega_lite.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "figure/svg_parts.hpp"
#include "figure/svg_style.hpp"
#include "io/json_values.hpp"
#include "isoflop/figure/ticks.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop {
namespace {

using Json = nlohmann::ordered_json;

Json scale_of(const Axis& axis) {
  return {{"type", to_string(axis.scale)},
          {"domain", {axis.low, axis.high}},
          {"nice", false},
          {"zero", false}};
}

std::string text_literal(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// These labels at these values, of an axis or a legend.
Json labels_at(const std::vector<AxisTick>& ticks) {
  Json values = Json::array();
  std::string label = "''";
  for (const AxisTick& t : ticks) {
    values.push_back(t.at);
    label = "datum.value == " + Json(t.at).dump() + " ? " + text_literal(t.label) + " : " + label;
  }
  return {{"values", values}, {"labelExpr", label}};
}

/// With the ticks that the SVG has on an axis so long.
Json encoding_of(const char* column, const Axis& axis, double length) {
  const bool is_x = column[0] == 'x';
  const auto height = [](std::string_view) { return 11.0; };
  const AxisTicks ticks =
      is_x ? ticks_of(axis, length, detail::width_of, 16.0) : ticks_of(axis, length, height, 12.0);
  Json out{{"field", column}, {"type", "quantitative"}, {"scale", scale_of(axis)}};
  out["title"] = axis.label + (axis.unit.empty() ? "" : ", " + axis.unit);
  out["axis"] = labels_at(ticks.labelled);
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

/// "7 3" as numbers.
Json dashes_of(std::string_view words) {
  Json out = Json::array();
  for (std::size_t at = 0; at < words.size();) {
    const std::size_t end = std::min(words.find(' ', at), words.size());
    out.push_back(parse_number(words.substr(at, end - at)).value());
    at = end + 1;
  }
  return out;
}

/// As on white paper.
std::string colour_of(Role role) { return std::string(detail::look_of(role).on_white); }

Json mark_of(const Series& s) {
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
  out["color"] = colour_of(s.role);
  if (const std::string_view dashes = detail::look_of(s.role).dashes; !dashes.empty()) {
    out["strokeDash"] = dashes_of(dashes);
  }
  out["clip"] = true;
  if (!s.names.empty()) out["tooltip"] = true;
  return out;
}

struct Size {
  double width, height;
};

/// Of the labels of a panel whose series are not shaded.
Json legend_of(const Panel& panel, const std::string& label) {
  Json labels = Json::array(), colours = Json::array();
  for (const Series& s : panel.series) {
    if (s.label.empty() || std::find(labels.begin(), labels.end(), s.label) != labels.end())
      continue;
    labels.push_back(s.label);
    colours.push_back(colour_of(s.role));
  }
  return {{"datum", label},
          {"type", "nominal"},
          {"title", nullptr},
          {"scale", {{"domain", labels}, {"range", colours}}}};
}

/// Of the shaded lines of a panel.
Json shades_of(const Panel& panel) {
  std::vector<AxisTick> lines;
  for (const Series& s : panel.series) {
    if (s.mark == Mark::kLine && !s.shade.empty() && !s.label.empty())
      lines.push_back({s.shade.front(), s.label});
  }
  return labels_at(lines);
}

Json layer_of(const Panel& panel, const Series& s, const Size& size) {
  Json out{{"data", {{"values", rows_of(s)}}}, {"mark", mark_of(s)}};
  Json x = encoding_of("x", panel.x, size.width), y = encoding_of("y", panel.y, size.height);
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
                {"color", {{"field", "value"}, {"type", "quantitative"}, {"legend", nullptr}}}};
  } else if (s.mark == Mark::kRule) {
    encoding = s.x.empty() ? Json{{"y", y}} : Json{{"x", x}};
  } else {
    encoding = {{"x", x}, {"y", y}};
  }
  if (panel.shade && !s.shade.empty()) {
    Json shade{{"type", "quantitative"},
               {"title", panel.shade->label},
               {"legend", shades_of(panel)},
               {"scale", scale_of(*panel.shade)}};
    shade["scale"].update({{"scheme", "viridis"}, {"reverse", true}});
    shade["scale"].erase("nice");
    shade["scale"].erase("zero");
    if (s.shade.size() == s.size()) {
      shade["field"] = "shade";
    } else {
      shade["datum"] = s.shade.front();
    }
    encoding["color"] = shade;
  } else if (!panel.shade && !s.label.empty() && s.mark != Mark::kHeat) {
    encoding["color"] = legend_of(panel, s.label);
  }
  // In the order of the file, not of x.
  if (s.mark == Mark::kLine || s.mark == Mark::kSteps) encoding["order"] = {{"value", 0}};
  return out;
}

Json covered_layer(const Panel& panel, const Size& size) {
  Json row = Json::object();
  const auto [left, right] = panel.covered_x.value_or(std::pair{panel.x.low, panel.x.high});
  const auto [low, high] = panel.covered_y.value_or(std::pair{panel.y.low, panel.y.high});
  row = {{"x", left}, {"x2", right}, {"y", low}, {"y2", high}};
  return {{"data", {{"values", Json::array({row})}}},
          {"mark", {{"type", "rect"}, {"color", "#eef1f4"}, {"clip", true}}},
          {"encoding",
           {{"x", encoding_of("x", panel.x, size.width)},
            {"x2", {{"field", "x2"}}},
            {"y", encoding_of("y", panel.y, size.height)},
            {"y2", {{"field", "y2"}}}}}};
}

Json panel_view(const Panel& panel, const Size& size) {
  Json out;
  if (!panel.title.empty()) out["title"] = panel.title;
  out["width"] = size.width;
  out["height"] = size.height;
  out["layer"] = Json::array();
  if (panel.covered_x || panel.covered_y) out["layer"].push_back(covered_layer(panel, size));
  for (const Series& s : panel.series) out["layer"].push_back(layer_of(panel, s, size));
  return out;
}

}  // namespace

Json figure_vega_lite(const Figure& figure) {
  std::size_t rows = 0, columns = 0;
  for (const Panel& p : figure.panels) {
    rows = std::max(rows, p.row + 1);
    columns = std::max(columns, p.column + 1);
  }
  // What shades one panel is nothing to the next.
  const Json apart{{"scale", {{"color", "independent"}}}};
  Json out{{"$schema", "https://vega.github.io/schema/vega-lite/v5.json"},
           {"title", figure.title},
           {"description", figure.description},
           {"resolve", apart},
           {"vconcat", Json::array()}};
  const Size size{columns == 1   ? 560.0
                  : columns == 2 ? 320.0
                                 : 140.0,
                  rows == 1     ? 360.0
                  : columns > 2 ? 110.0
                                : 200.0};
  for (std::size_t r = 0; r < rows; ++r) {
    Json line = Json::array();
    for (std::size_t c = 0; c < columns; ++c) {
      for (const Panel& p : figure.panels) {
        if (p.row == r && p.column == c) line.push_back(panel_view(p, size));
      }
    }
    if (!line.empty()) out["vconcat"].push_back({{"hconcat", line}, {"resolve", apart}});
  }
  return out;
}

}  // namespace isoflop
