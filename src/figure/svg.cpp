#include "isoflop/figure/svg.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <set>

#include "figure/svg_style.hpp"
#include "isoflop/figure/ticks.hpp"

namespace isoflop {
namespace {

constexpr double kMargin = 14, kLine = 16, kTick = 5, kBelow = 36, kGap = 22;

/// Width of a text of 12 px in pixels, by the widths of Helvetica, rounded up.
double width_of(std::string_view text) {
  double ems = 0.0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0) == 0x80) continue;  // inside a character of UTF-8
    const std::string_view narrow = "ijltfrI.,:;'|!()[]/ -", wide = "mwMW%@";
    ems += narrow.find(c) != narrow.npos               ? 0.34
           : wide.find(c) != wide.npos                 ? 0.9
           : (c >= 'A' && c <= 'Z') || (c & 0x80) != 0 ? 0.7
                                                       : 0.57;
  }
  return 12.0 * ems;
}

/// A coordinate in tenths of a pixel.
std::string px(double x) {
  const long long tenths = std::llround(std::clamp(x, -1e5, 1e5) * 10.0);
  std::string out = std::to_string(std::abs(tenths) / 10);
  if (tenths % 10 != 0) out += "." + std::to_string(std::abs(tenths) % 10);
  return (tenths < 0 ? "-" : "") + out;
}

std::string attribute(std::string_view name, double x) {
  return " " + std::string(name) + "=\"" + px(x) + "\"";
}

std::string text_at(double x, double y, std::string_view text, std::string_view classes = "",
                    std::string_view anchor = "") {
  std::string out = "<text" + attribute("x", x) + attribute("y", y);
  if (!classes.empty()) out += " class=\"" + std::string(classes) + "\"";
  if (!anchor.empty()) out += " text-anchor=\"" + std::string(anchor) + "\"";
  return out + ">" + xml_text(text) + "</text>\n";
}

/// Words in lines at most so wide.
std::vector<std::string> wrapped(std::string_view text, double width) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::string word(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (!out.empty() && width_of(out.back() + " " + word) <= width) {
      out.back() += " " + word;
    } else {
      out.push_back(word);
    }
  }
  return out;
}

std::string line_at(double x1, double y1, double x2, double y2, const std::string& classes,
                    std::string_view dashes = "") {
  std::string out = "<line class=\"" + classes + "\"" + attribute("x1", x1) + attribute("y1", y1) +
                    attribute("x2", x2) + attribute("y2", y2);
  if (!dashes.empty()) out += " stroke-dasharray=\"" + std::string(dashes) + "\"";
  return out + "/>\n";
}

/// What tells lines apart beside their colour.
std::string_view dashes_of(std::size_t place) {
  constexpr std::array<std::string_view, 5> kDashes{"", "7 3", "2 2.5", "9 3 2 3", "4 2"};
  return kDashes[place % kDashes.size()];
}
std::string_view dashes_of(Role role) {
  if (role >= Role::kFirst)
    return dashes_of(static_cast<std::size_t>(role) - static_cast<std::size_t>(Role::kFirst));
  return role == Role::kReference ? "5 4" : role == Role::kCorrected ? "7 3" : "";
}

std::string polygon(std::initializer_list<std::pair<double, double>> around, double x, double y,
                    double r, const std::string& classes) {
  std::string out = "<polygon class=\"" + classes + "\" points=\"";
  const char* blank = "";
  for (const auto& [u, v] : around) {
    out += blank + px(x + r * u) + "," + px(y + r * v);
    blank = " ";
  }
  return out + "\"";
}

/// A mark, its element still open for a title.
std::string shape_at(Mark mark, Role role, const std::string& fill, double x, double y, double r) {
  const std::string filled = "dot " + fill;
  if (mark == Mark::kStars) {
    return polygon({{0, -2.1},
                    {0.53, -0.73},
                    {2, -0.65},
                    {0.86, 0.28},
                    {1.23, 1.7},
                    {0, 0.9},
                    {-1.23, 1.7},
                    {-0.86, 0.28},
                    {-2, -0.65},
                    {-0.53, -0.73}},
                   x, y, r, filled);
  }
  switch (role) {
    case Role::kVertex:
    case Role::kFourth:
      return polygon({{0, -1.5}, {1.5, 0}, {0, 1.5}, {-1.5, 0}}, x, y, r, filled);
    case Role::kCorrected:
    case Role::kThird:
      return polygon({{0, -1.5}, {1.4, 1.1}, {-1.4, 1.1}}, x, y, r, filled);
    case Role::kSecond:
      return polygon({{-1.1, -1.1}, {1.1, -1.1}, {1.1, 1.1}, {-1.1, 1.1}}, x, y, r, filled);
    case Role::kFifth:
      return polygon({{0, 1.5}, {1.4, -1.1}, {-1.4, -1.1}}, x, y, r, filled);
    case Role::kEstimate:
    case Role::kSixth:
      return polygon({{-.4, -1.7},
                      {.4, -1.7},
                      {.4, -.4},
                      {1.7, -.4},
                      {1.7, .4},
                      {.4, .4},
                      {.4, 1.7},
                      {-.4, 1.7},
                      {-.4, .4},
                      {-1.7, .4},
                      {-1.7, -.4},
                      {-.4, -.4}},
                     x, y, r, filled);
    default:
      const bool hollow = role == Role::kOtherData;
      return "<circle class=\"" + (hollow ? "hollow thin s-other_data" : filled) + "\"" +
             attribute("cx", x) + attribute("cy", y) + attribute("r", hollow ? 0.85 * r : r);
  }
}

std::string_view element_of(const std::string& open) {
  return open.starts_with("<circle") ? "circle" : open.starts_with("<rect") ? "rect" : "polygon";
}

/// Closes an element, with what it is for whoever hovers over it.
std::string closed(std::string open, const Series& series, std::size_t i) {
  if (series.names.empty() || series.names[i].empty()) return open + "/>\n";
  const std::string element(element_of(open));
  return open + "><title>" + xml_text(series.names[i]) + "</title></" + element + ">\n";
}

std::string label_of(const Axis& axis) {
  return axis.label + (axis.unit.empty() ? "" : ", " + axis.unit);
}

/// One panel's place in pixels, and its marks.
class PanelView {
 public:
  PanelView(const Panel& panel, double width, double height)
      : panel_(panel), width_(width), height_(height) {}

  std::string marks() const {
    std::string out = covered() + grid();
    std::size_t line = 0;
    for (const Series& series : panel_.series) {
      const bool shaded_line = series.mark == Mark::kLine && !series.shade.empty();
      out += drawn(series, shaded_line ? dashes_of(line++) : dashes_of(series.role));
    }
    return out;
  }

  double x(double value) const { return width_ * place_on(panel_.x, value); }
  double y(double value) const { return height_ * (1.0 - place_on(panel_.y, value)); }

  /// The class that fills (f) or strokes (s) mark i.
  std::string look(char what, const Series& s, std::size_t i) const {
    if (s.shade.empty()) return std::string(1, what) + "-" + std::string(to_string(s.role));
    return std::string(1, what) + "g" + std::to_string(ramp(place_on(*panel_.shade, s.shade[i])));
  }

 private:
  static int ramp(double place) {
    return std::isfinite(place)
               ? std::clamp(static_cast<int>(place * detail::kNumShades), 0, detail::kNumShades - 1)
               : 0;
  }
  bool is_drawn(double a, double b) const { return std::isfinite(a) && std::isfinite(b); }

  std::string rectangle(const std::string& classes, double left, double top, double right,
                        double bottom) const {
    return "<rect class=\"" + classes + "\"" + attribute("x", left) + attribute("y", top) +
           attribute("width", std::max(right - left, 0.0)) +
           attribute("height", std::max(bottom - top, 0.0));
  }

  std::string covered() const {
    if (!panel_.covered_x && !panel_.covered_y) return "";
    const auto [left, right] =
        panel_.covered_x ? std::pair{x(panel_.covered_x->first), x(panel_.covered_x->second)}
                         : std::pair{0.0, width_};
    const auto [bottom, top] =
        panel_.covered_y ? std::pair{y(panel_.covered_y->first), y(panel_.covered_y->second)}
                         : std::pair{height_, 0.0};
    return rectangle("covered", std::max(left, 0.0), std::max(top, 0.0), std::min(right, width_),
                     std::min(bottom, height_)) +
           "/>\n";
  }

  std::string grid() const {
    std::string out;
    for (const AxisTick& t : ticks_of(
                                 panel_.y, height_, [](std::string_view) { return 12.0; }, 14)
                                 .labelled) {
      out += line_at(0, y(t.at), width_, y(t.at), "grid");
    }
    return out;
  }

  std::string drawn(const Series& s, std::string_view dashes) const {
    switch (s.mark) {
      case Mark::kPoints:
      case Mark::kStars:
        return points(s);
      case Mark::kLine:
      case Mark::kSteps:
        return path(s, dashes);
      case Mark::kBand:
        return band(s);
      case Mark::kInterval:
        return intervals(s);
      case Mark::kRule:
        return rules(s, dashes);
      case Mark::kBars:
        return bars(s);
      case Mark::kHeat:
        return heat(s);
    }
    return "";
  }

  std::string points(const Series& s) const {
    const double r = s.mark == Mark::kStars ? 4.2 : s.size() > 400 ? 2.2 : 3.4;
    std::string out;
    for (std::size_t i = 0; i < s.size(); ++i) {
      const double u = x(s.x[i]), v = y(s.y[i]);
      if (is_drawn(u, v)) out += closed(shape_at(s.mark, s.role, look('f', s, i), u, v, r), s, i);
    }
    return out;
  }

  std::string path(const Series& s, std::string_view dashes) const {
    std::string d;
    bool inside = false;
    double before = 0.0;
    for (std::size_t i = 0; i < s.size(); ++i) {
      const double u = x(s.x[i]), v = y(s.y[i]);
      if (!is_drawn(u, v)) {
        inside = false;
        continue;
      }
      if (inside && s.mark == Mark::kSteps) d += "L" + px(u) + " " + px(before);
      d += (inside ? "L" : "M") + px(u) + " " + px(v);
      before = v;
      inside = true;
    }
    std::string out = "<path class=\"" + look('s', s, 0) + "\"";
    if (!dashes.empty()) out += " stroke-dasharray=\"" + std::string(dashes) + "\"";
    return out + " d=\"" + d + "\"/>\n";
  }

  std::string band(const Series& s) const {
    std::string out;
    for (std::size_t begin = 0; begin < s.size();) {
      const auto is_there = [&](std::size_t i) {
        return is_drawn(x(s.x[i]), y(s.low[i])) && std::isfinite(y(s.high[i]));
      };
      std::size_t end = begin;
      while (end < s.size() && is_there(end)) ++end;
      std::string points;
      for (std::size_t i = begin; i < end; ++i)
        points += px(x(s.x[i])) + "," + px(y(s.low[i])) + " ";
      for (std::size_t i = end; i-- > begin;)
        points += px(x(s.x[i])) + "," + px(y(s.high[i])) + " ";
      if (end > begin) {
        points.pop_back();
        out += "<polygon class=\"band " + look('f', s, 0) + "\" points=\"" + points + "\"/>\n";
      }
      begin = end + 1;
    }
    return out;
  }

  std::string intervals(const Series& s) const {
    std::string out;
    const double cap = 3.0;
    for (std::size_t i = 0; i < s.size(); ++i) {
      const std::string classes = (s.role == Role::kNewRunBand ? "thin " : "") + look('s', s, i);
      const bool upward = !s.x.empty();
      const double at = upward ? x(s.x[i]) : y(s.y[i]);
      const double a = upward ? y(s.low[i]) : x(s.low[i]), b = upward ? y(s.high[i]) : x(s.high[i]);
      if (!is_drawn(at, a) || !std::isfinite(b)) continue;
      std::string d;
      for (const double end : {a, b}) {
        d += upward ? "M" + px(at - cap) + " " + px(end) + "h" + px(2 * cap)
                    : "M" + px(end) + " " + px(at - cap) + "v" + px(2 * cap);
      }
      d += upward ? "M" + px(at) + " " + px(a) + "V" + px(b)
                  : "M" + px(a) + " " + px(at) + "H" + px(b);
      out += "<path class=\"" + classes + "\" d=\"" + d + "\"/>\n";
    }
    return out;
  }

  std::string rules(const Series& s, std::string_view dashes) const {
    std::string out;
    for (const double v : s.x)
      out += line_at(x(v), 0, x(v), height_, "thin " + look('s', s, 0), dashes);
    for (const double v : s.y)
      out += line_at(0, y(v), width_, y(v), "thin " + look('s', s, 0), dashes);
    return out;
  }

  std::string bars(const Series& s) const {
    std::string out;
    const double foot =
        panel_.y.scale == AxisScale::kLog ? height_ : std::clamp(y(0.0), 0.0, height_);
    for (std::size_t i = 0; i < s.size(); ++i) {
      const double top = y(s.y[i]);
      if (!std::isfinite(top) || s.y[i] == 0.0) continue;
      out += closed(rectangle("dot " + look('f', s, i), x(s.x_edges[i]), std::min(top, foot),
                              x(s.x_edges[i + 1]), std::max(top, foot)),
                    s, i);
    }
    return out;
  }

  std::string heat(const Series& s) const {
    std::string out;
    const double most = *std::max_element(s.values.begin(), s.values.end());
    const std::size_t columns = s.x_edges.size() - 1;
    for (std::size_t i = 0; i < s.size(); ++i) {
      if (!(s.values[i] > 0.0)) continue;
      const std::size_t c = i % columns, r = i / columns;
      // The root, so that cells of few are told from each other too.
      const std::string classes = "fg" + std::to_string(ramp(std::sqrt(s.values[i] / most)));
      out += closed(rectangle(classes, x(s.x_edges[c]), y(s.y_edges[r + 1]), x(s.x_edges[c + 1]),
                              y(s.y_edges[r])),
                    s, i);
    }
    return out;
  }

  const Panel& panel_;
  double width_, height_;
};

struct LegendEntry {
  const Panel* panel;
  const Series* series;  ///< nullptr: what the runs cover
  std::string_view dashes;
  std::string label;
};

/// Everything laid out; panels of a row and of a column share their room.
class SvgFigure {
 public:
  SvgFigure(const Figure& figure, std::string id) : figure_(figure), id_(std::move(id)) {
    for (const Panel& p : figure.panels) {
      rows_ = std::max(rows_, p.row + 1);
      columns_ = std::max(columns_, p.column + 1);
    }
    width_ = columns_ <= 2 ? 760.0 : columns_ <= 4 ? 900.0 : 150.0 * static_cast<double>(columns_);
    lay_out();
  }

  std::string document() const {
    std::string out =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"isofig\" role=\"img\" "
        "aria-labelledby=\"" +
        id_ + "-title " + id_ + "-desc\"" + attribute("width", width_) +
        attribute("height", height_) + " viewBox=\"0 0 " + px(width_) + " " + px(height_) + "\">\n";
    out += "<title id=\"" + id_ + "-title\">" + xml_text(figure_.title) + "</title>\n";
    out += "<desc id=\"" + id_ + "-desc\">" + xml_text(figure_.description) + "</desc>\n" + style();
    out += "<rect class=\"bg\" width=\"100%\" height=\"100%\"/>\n";
    double y = kMargin + 12;
    for (const std::string& line : wrapped(figure_.title, 0.78 * (width_ - 2 * kMargin))) {
      out += text_at(kMargin, y, line, "title");
      y += kLine + 3;
    }
    for (const std::string& line : wrapped(figure_.description, width_ - 2 * kMargin)) {
      out += text_at(kMargin, y, line, "soft");
      y += kLine;
    }
    for (std::size_t i = 0; i < figure_.panels.size(); ++i) out += panel(i);
    return out + "</svg>\n";
  }

 private:
  static std::string style() {
    std::string light(detail::kSvgStyle), dark(detail::kSvgDarkStyle);
    for (int i = 0; i < detail::kNumShades; ++i) {
      const std::string n = std::to_string(i);
      const auto rule = [&](std::string_view colour) {
        return ".isofig .fg" + n + "{fill:" + std::string(colour) + "}.isofig .sg" + n +
               "{stroke:" + std::string(colour) + "}\n";
      };
      light += rule(detail::kRampOnWhite[i]);
      dark += rule(detail::kRampOnBlack[i]);
    }
    return "<style>\n" + light + "@media screen and (prefers-color-scheme:dark){\n" + dark +
           "}\n</style>\n";
  }

  const Panel* at(std::size_t row, std::size_t column) const {
    for (const Panel& p : figure_.panels) {
      if (p.row == row && p.column == column) return &p;
    }
    return nullptr;
  }
  static bool same(const Axis& a, const Axis& b) {
    return a.label == b.label && a.low == b.low && a.high == b.high && a.scale == b.scale;
  }
  /// An axis that the panel below, or to the left, shows already.
  bool shows_x(const Panel& p) const {
    const Panel* below = at(p.row + 1, p.column);
    return below == nullptr || !same(below->x, p.x);
  }
  bool shows_y(const Panel& p) const {
    const Panel* left = p.column == 0 ? nullptr : at(p.row, p.column - 1);
    return left == nullptr || !same(left->y, p.y);
  }

  AxisTicks y_ticks(const Panel& p, double height) const {
    return ticks_of(
        p.y, height, [](std::string_view) { return 12.0; }, 14);
  }

  /// Labels that no earlier panel has shown.
  std::vector<LegendEntry> legend_of(const Panel& panel, std::set<std::string>& shown) const {
    std::vector<LegendEntry> out;
    std::size_t line = 0;
    for (const Series& s : panel.series) {
      const bool shaded_line = s.mark == Mark::kLine && !s.shade.empty();
      const std::string_view dashes = shaded_line ? dashes_of(line++) : dashes_of(s.role);
      if (!s.label.empty() && shown.insert(s.label).second)
        out.push_back({&panel, &s, dashes, s.label});
    }
    if ((panel.covered_x || panel.covered_y) && shown.insert("range of the runs").second) {
      out.push_back({&panel, nullptr, "", "range of the runs"});
    }
    return out;
  }

  /// Lines of entries that fit side by side.
  static std::vector<std::vector<LegendEntry>> in_lines(const std::vector<LegendEntry>& entries,
                                                        double width) {
    std::vector<std::vector<LegendEntry>> out;
    double x = 0.0;
    for (const LegendEntry& e : entries) {
      const double room = entry_width(e);
      if (out.empty() || x + room > width) {
        out.emplace_back();
        x = 0.0;
      }
      out.back().push_back(e);
      x += room;
    }
    return out;
  }
  static double entry_width(const LegendEntry& e) { return 28 + width_of(e.label) + 16; }

  void lay_out() {
    const double inner = width_ - 2 * kMargin - kGap * static_cast<double>(columns_ - 1);
    const double column_width = inner / static_cast<double>(columns_);
    plot_height_ = columns_ > 3 ? 0.72 * column_width
                   : rows_ == 1 ? (columns_ == 1 ? 390.0 : 320.0)
                   : rows_ == 2 ? 230.0
                                : 190.0;
    lefts_.assign(columns_, 8.0);
    heads_.assign(rows_, 8.0);
    feet_.assign(rows_, 12.0);
    std::set<std::string> shown;
    for (const Panel& p : figure_.panels) {
      legends_.push_back(in_lines(legend_of(p, shown), column_width));
      double head = kLine * static_cast<double>(legends_.back().size());
      if (!p.title.empty())
        head += kLine * static_cast<double>(wrapped(p.title, 0.9 * column_width).size());
      if (shows_y(p)) {
        if (!p.y.label.empty()) head += kLine;
        for (const AxisTick& t : y_ticks(p, plot_height_).labelled) {
          lefts_[p.column] = std::max(lefts_[p.column], width_of(t.label) + kTick + 6);
        }
      }
      heads_[p.row] = std::max(heads_[p.row], head + 10);
      if (shows_x(p) && !(p.x.ticks && p.x.ticks->empty()))
        feet_[p.row] = std::max(feet_[p.row], kBelow + 8);
    }
    column_width_ = column_width;
    double y =
        kMargin +
        (kLine + 3) *
            static_cast<double>(wrapped(figure_.title, 0.78 * (width_ - 2 * kMargin)).size()) +
        kLine * static_cast<double>(wrapped(figure_.description, width_ - 2 * kMargin).size()) + 4;
    for (std::size_t r = 0; r < rows_; ++r) {
      tops_.push_back(y);
      y += heads_[r] + plot_height_ + feet_[r];
    }
    height_ = y + kMargin - 6;
  }

  std::string panel(std::size_t i) const {
    const Panel& p = figure_.panels[i];
    const double left = kMargin + static_cast<double>(p.column) * (column_width_ + kGap);
    const double x0 = left + lefts_[p.column], width = column_width_ - lefts_[p.column];
    const double y0 = tops_[p.row] + heads_[p.row], height = plot_height_;
    const PanelView view(p, width, height);

    std::string out = "<g>\n";
    // From the plot upward: the name of the axis, the legend, the title.
    double y = y0 - 7;
    if (shows_y(p) && !p.y.label.empty()) {
      out += text_at(left, y, label_of(p.y), "soft");
      y -= kLine;
    }
    for (std::size_t l = legends_[i].size(); l-- > 0; y -= kLine)
      out += legend_line(legends_[i][l], left, y);
    const std::vector<std::string> title = wrapped(p.title, 0.9 * column_width_);
    for (std::size_t l = title.size(); l-- > 0; y -= kLine)
      out += text_at(left, y, title[l], "head");

    out += "<svg" + attribute("x", x0) + attribute("y", y0) + attribute("width", width) +
           attribute("height", height) + ">\n" + view.marks() + "</svg>\n";
    out += "<rect class=\"frame\"" + attribute("x", x0) + attribute("y", y0) +
           attribute("width", width) + attribute("height", height) + "/>\n";
    if (shows_y(p)) {
      const AxisTicks ticks = y_ticks(p, height);
      for (const AxisTick& t : ticks.labelled) {
        out += line_at(x0 - kTick, y0 + view.y(t.at), x0, y0 + view.y(t.at), "tick");
        out += text_at(x0 - kTick - 3, y0 + view.y(t.at) + 4, t.label, "", "end");
      }
      for (const double t : ticks.between)
        out += line_at(x0 - 2.5, y0 + view.y(t), x0, y0 + view.y(t), "tick");
    }
    if (shows_x(p)) out += x_axis(p, view, x0, y0 + height, width);
    return out + "</g>\n";
  }

  std::string x_axis(const Panel& p, const PanelView& view, double x0, double y,
                     double width) const {
    std::string out;
    const AxisTicks ticks = ticks_of(p.x, width, width_of, 30);
    for (const AxisTick& t : ticks.labelled) {
      const double half = 0.5 * width_of(t.label);
      const double x = x0 + view.x(t.at);
      out += line_at(x, y, x, y + kTick, "tick");
      // At the ends a label leans inward rather than out of the picture.
      out += text_at(std::clamp(x, half + 2, width_ - half - 2), y + kTick + 12, t.label, "",
                     "middle");
    }
    for (const double t : ticks.between)
      out += line_at(x0 + view.x(t), y, x0 + view.x(t), y + 2.5, "tick");
    const std::string label = label_of(p.x);
    if (label.empty()) return out;
    const double half = 0.5 * width_of(label);
    const double middle =
        std::max(std::min(x0 + 0.5 * width, width_ - kMargin - half), kMargin + half);
    return out + text_at(middle, y + kBelow - 3, label, "soft", "middle");
  }

  std::string legend_line(const std::vector<LegendEntry>& entries, double x, double y) const {
    std::string out;
    for (const LegendEntry& e : entries) {
      out += swatch(e, x, y - 4) + text_at(x + 28, y, e.label);
      x += entry_width(e);
    }
    return out;
  }

  /// What the legend shows of a series, 22 wide around y.
  std::string swatch(const LegendEntry& e, double x, double y) const {
    const auto box = [&](const std::string& classes) {
      return "<rect class=\"" + classes + "\"" + attribute("x", x) + attribute("y", y - 5) +
             " width=\"22\" height=\"10\"/>\n";
    };
    if (e.series == nullptr) return box("covered");
    const Series& s = *e.series;
    const PanelView view(*e.panel, 1, 1);
    switch (s.mark) {
      case Mark::kPoints:
      case Mark::kStars:
        return shape_at(s.mark, s.role, view.look('f', s, s.shade.size() / 2), x + 11, y,
                        s.mark == Mark::kStars ? 3.6 : 3.4) +
               "/>\n";
      case Mark::kBand:
      case Mark::kBars:
        return box("band " + view.look('f', s, 0));
      case Mark::kHeat:
        return box("band fg4");
      case Mark::kInterval:
        return "<path class=\"" + view.look('s', s, 0) + "\" d=\"M" + px(x + 2) + " " + px(y - 3) +
               "v6M" + px(x + 20) + " " + px(y - 3) + "v6M" + px(x + 2) + " " + px(y) + "h18\"/>\n";
      default:
        return line_at(x, y, x + 22, y,
                       (s.mark == Mark::kRule ? "thin " : "") + view.look('s', s, 0), e.dashes);
    }
  }

  const Figure& figure_;
  std::string id_;
  std::size_t rows_ = 1, columns_ = 1;
  double width_ = 0, height_ = 0, column_width_ = 0, plot_height_ = 0;
  std::vector<double> lefts_, heads_, feet_, tops_;
  std::vector<std::vector<std::vector<LegendEntry>>> legends_;  // by panel and line
};

}  // namespace

std::string figure_svg(const Figure& figure, const std::string& id) {
  return SvgFigure(figure, xml_text(id.empty() ? figure.kind : id)).document();
}

}  // namespace isoflop
