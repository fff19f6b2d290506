#include "figure/svg_panel.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "figure/svg_parts.hpp"
#include "figure/svg_style.hpp"

namespace isoflop::detail {
namespace {

/// More points are dots without names: thousands of them would make a picture of a megabyte.
constexpr std::size_t kMostNamed = 400;

bool is_there(double a, double b) { return std::isfinite(a) && std::isfinite(b); }

std::string shade_class(char what, double place) {
  const int shade =
      std::isfinite(place) ? static_cast<int>(std::clamp(place, 0.0, 1.0) * kNumShades) : 0;
  return std::string(1, what) + "g" + std::to_string(std::min(shade, kNumShades - 1));
}

std::string name_of(const Series& s, std::size_t i) { return s.names.empty() ? "" : s.names[i]; }

bool is_shaded_line(const Series& s) { return s.mark == Mark::kLine && !s.shade.empty(); }

}  // namespace

AxisTicks SvgPanel::x_ticks() const { return ticks_of(panel_.x, width_, width_of, 30); }

AxisTicks SvgPanel::y_ticks() const {
  return ticks_of(
      panel_.y, height_, [](std::string_view) { return 12.0; }, height_ < 120 ? 14 : 20);
}

std::string SvgPanel::look(char what, const Series& s, std::size_t i) const {
  if (s.shade.empty()) return std::string(1, what) + "-" + std::string(to_string(s.role));
  return shade_class(what, place_on(*panel_.shade, s.shade[i]));
}

std::string_view SvgPanel::dashes(std::size_t series) const {
  const Series& s = panel_.series[series];
  if (!is_shaded_line(s)) return look_of(s.role).dashes;
  const auto begin = panel_.series.begin();
  const auto before =
      std::count_if(begin, begin + static_cast<std::ptrdiff_t>(series), is_shaded_line);
  return kLineDashes[static_cast<std::size_t>(before) % kLineDashes.size()];
}

std::string SvgPanel::marks() const {
  std::string out = covered();
  for (const AxisTick& t : y_ticks().labelled) out += line_at(0, y(t.at), width_, y(t.at), "grid");
  for (std::size_t k = 0; k < panel_.series.size(); ++k) {
    const Series& s = panel_.series[k];
    switch (s.mark) {
      case Mark::kPoints:
      case Mark::kStars:
        out += points(s);
        break;
      case Mark::kLine:
      case Mark::kSteps:
        out += path(s, dashes(k));
        break;
      case Mark::kBand:
        out += band(s);
        break;
      case Mark::kInterval:
        out += intervals(s);
        break;
      case Mark::kRule:
        out += rules(s, dashes(k));
        break;
      case Mark::kBars:
        out += bars(s);
        break;
      case Mark::kHeat:
        out += heat(s);
        break;
    }
  }
  return out;
}

std::string SvgPanel::covered() const {
  if (!panel_.covered_x && !panel_.covered_y) return "";
  const auto [low_x, high_x] = panel_.covered_x.value_or(std::pair{panel_.x.low, panel_.x.high});
  const auto [low_y, high_y] = panel_.covered_y.value_or(std::pair{panel_.y.low, panel_.y.high});
  return closed(rectangle("covered", std::max(x(low_x), 0.0), std::max(y(high_y), 0.0),
                          std::min(x(high_x), width_), std::min(y(low_y), height_)));
}

std::string SvgPanel::mark_at(const Series& s, std::size_t i, double u, double v, double r) const {
  if (s.mark == Mark::kStars) return shape(kStar, "dot " + look('f', s, i), u, v, 1.2 * r);
  const bool hollow = s.role == Role::kOtherData || s.role == Role::kCorrected;
  const std::string classes = hollow ? "hollow thin " + look('s', s, i) : "dot " + look('f', s, i);
  return shape(look_of(s.role).shape, classes, u, v, s.role == Role::kCorrected ? 1.4 * r : r);
}

std::string SvgPanel::points(const Series& s) const {
  std::string out;
  std::map<std::string, std::string> crowd;  // of each class
  for (std::size_t i = 0; i < s.size(); ++i) {
    const double u = x(s.x[i]), v = y(s.y[i]);
    if (!is_there(u, v)) continue;
    if (s.size() <= kMostNamed) {
      out += closed(mark_at(s, i, u, v, 3.3), name_of(s, i));
    } else {
      crowd[look('s', s, i)] += "M" + px(u) + " " + px(v) + "h0";
    }
  }
  for (const auto& [look, dots] : crowd) {
    out += "<path class=\"crowd " + look + "\" d=\"" + dots + "\"/>\n";
  }
  return out;
}

std::string SvgPanel::path(const Series& s, std::string_view dashes) const {
  std::string d;
  bool inside = false;
  double before = 0.0;
  for (std::size_t i = 0; i < s.size(); ++i) {
    const double u = x(s.x[i]), v = y(s.y[i]);
    if (is_there(u, v)) {
      if (inside && s.mark == Mark::kSteps) d += "L" + px(u) + " " + px(before);
      d += (inside ? "L" : "M") + px(u) + " " + px(v);
    }
    inside = is_there(u, v);
    before = v;
  }
  return d.empty()
             ? ""
             : "<path class=\"" + look('s', s, 0) + "\"" + dashed(dashes) + " d=\"" + d + "\"/>\n";
}

std::string SvgPanel::band(const Series& s) const {
  std::string out;
  const auto known = [&](std::size_t i) {
    return is_there(s.x[i], y(s.low[i])) && std::isfinite(y(s.high[i]));
  };
  for (std::size_t begin = 0, end = 0; begin < s.size(); begin = end + 1) {
    std::string corners;
    for (end = begin; end < s.size() && known(end); ++end)
      corners += px(x(s.x[end])) + "," + px(y(s.low[end])) + " ";
    for (std::size_t i = end; i-- > begin;)
      corners += px(x(s.x[i])) + "," + px(y(s.high[i])) + (i > begin ? " " : "");
    if (end > begin)
      out += "<polygon class=\"" + look('f', s, 0) + "\" points=\"" + corners + "\"/>\n";
  }
  return out;
}

std::string SvgPanel::intervals(const Series& s) const {
  const double cap = 3.0;
  const bool upward = !s.x.empty();
  std::string out;
  for (std::size_t i = 0; i < s.size(); ++i) {
    const double at = upward ? x(s.x[i]) : y(s.y[i]);
    const double a = upward ? y(s.low[i]) : x(s.low[i]), b = upward ? y(s.high[i]) : x(s.high[i]);
    if (!is_there(at, a) || !std::isfinite(b)) continue;
    std::string d;
    for (const double end : {a, b}) {
      d += upward ? "M" + px(at - cap) + " " + px(end) + "h" + px(2 * cap)
                  : "M" + px(end) + " " + px(at - cap) + "v" + px(2 * cap);
    }
    d += upward ? "M" + px(at) + " " + px(a) + "V" + px(b)
                : "M" + px(a) + " " + px(at) + "H" + px(b);
    out += "<path class=\"" + std::string(s.role == Role::kNewRunBand ? "thin " : "") +
           look('s', s, i) + "\" d=\"" + d + "\"/>\n";
  }
  return out;
}

std::string SvgPanel::rules(const Series& s, std::string_view dashes) const {
  std::string out;
  for (const double v : s.x)
    out += line_at(x(v), 0, x(v), height_, "thin " + look('s', s, 0), dashes);
  for (const double v : s.y)
    out += line_at(0, y(v), width_, y(v), "thin " + look('s', s, 0), dashes);
  return out;
}

std::string SvgPanel::bars(const Series& s) const {
  std::string out;
  const double foot =
      panel_.y.scale == AxisScale::kLog ? height_ : std::clamp(y(0.0), 0.0, height_);
  for (std::size_t i = 0; i < s.size(); ++i) {
    const double top = y(s.y[i]);
    if (!std::isfinite(top) || s.y[i] == 0.0) continue;
    out += closed(rectangle("dot " + look('f', s, i), x(s.x_edges[i]), std::min(top, foot),
                            x(s.x_edges[i + 1]), std::max(top, foot)),
                  name_of(s, i));
  }
  return out;
}

/// Cells of one shade are one path: a pair plot has thousands of them.
std::string SvgPanel::heat(const Series& s) const {
  std::string named;
  std::map<std::string, std::string> cells;  // by class
  const double most = *std::max_element(s.values.begin(), s.values.end());
  const std::size_t columns = s.x_edges.size() - 1;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (!(s.values[i] > 0.0)) continue;
    const std::size_t c = i % columns, r = i / columns;
    // The root, so that cells of few are told from each other too.
    const std::string look = shade_class('f', std::sqrt(s.values[i] / most));
    const double left = x(s.x_edges[c]), right = x(s.x_edges[c + 1]);
    const double top = y(s.y_edges[r + 1]), foot = y(s.y_edges[r]);
    if (name_of(s, i).empty()) {
      cells[look] +=
          "M" + px(left) + " " + px(top) + "H" + px(right) + "V" + px(foot) + "H" + px(left) + "z";
    } else {
      named += closed(rectangle(look, left, top, right, foot), name_of(s, i));
    }
  }
  std::string out;
  for (const auto& [look, d] : cells) {
    out += "<path class=\"" + look + "\" d=\"" + d + "\"/>\n";
  }
  return out + named;
}

std::string SvgPanel::swatch(std::size_t series, double left, double middle) const {
  const Series& s = panel_.series[series];
  switch (s.mark) {
    case Mark::kPoints:
    case Mark::kStars:
      return closed(mark_at(s, s.shade.size() / 2, left + 11, middle, 3.3));
    case Mark::kBand:
    case Mark::kBars:
    case Mark::kHeat:
      return closed(rectangle(s.mark == Mark::kHeat ? shade_class('f', 0.5) : look('f', s, 0), left,
                              middle - 5, left + 22, middle + 5));
    case Mark::kInterval:
      return "<path class=\"" + std::string(s.role == Role::kNewRunBand ? "thin " : "") +
             look('s', s, 0) + "\" d=\"M" + px(left + 2) + " " + px(middle - 3) + "v6m18 -6v6M" +
             px(left + 2) + " " + px(middle) + "h18\"/>\n";
    default:
      return line_at(left, middle, left + 22, middle,
                     (s.mark == Mark::kRule ? "thin " : "") + look('s', s, 0), dashes(series));
  }
}

}  // namespace isoflop::detail
