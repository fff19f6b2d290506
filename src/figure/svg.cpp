#include "isoflop/figure/svg.hpp"

#include <algorithm>
#include <set>

#include "figure/svg_panel.hpp"
#include "figure/svg_parts.hpp"
#include "figure/svg_style.hpp"

namespace isoflop {
namespace {

using namespace detail;

constexpr double kMargin = 14, kLine = 16, kTick = 5, kBelow = 36, kGap = 22, kSwatch = 28;
constexpr std::size_t kRuns = static_cast<std::size_t>(-1);  // in a legend: what the runs cover

std::string style_sheet() {
  std::string light(kSvgStyle), dark(kSvgDarkStyle);
  const auto rules = [](const std::string& name, std::string_view colour) {
    return ".isofig .f" + name + "{fill:" + std::string(colour) + "}.isofig .s" + name +
           "{stroke:" + std::string(colour) + "}\n";
  };
  for (const RoleLook& look : kRoleLooks) {
    const std::string name = "-" + std::string(to_string(look.role));
    light += rules(name, look.on_white);
    dark += rules(name, look.on_black);
  }
  for (std::size_t i = 0; i < kNumShades; ++i) {
    light += rules("g" + std::to_string(i), kRampOnWhite[i]);
    dark += rules("g" + std::to_string(i), kRampOnBlack[i]);
  }
  return "<style>\n" + light + "@media screen and (prefers-color-scheme:dark){\n" + dark +
         "}\n</style>\n";
}

std::string label_of(const Axis& axis) {
  return axis.label + (axis.unit.empty() ? "" : ", " + axis.unit);
}

bool same(const Axis& a, const Axis& b) {
  return a.label == b.label && a.low == b.low && a.high == b.high && a.scale == b.scale;
}

struct LegendEntry {
  std::size_t series;  ///< of the panel, or kRuns
  std::string label;

  double width() const { return kSwatch + width_of(label) + 16; }
};
using Legend = std::vector<std::vector<LegendEntry>>;  // lines

/// Labels that no earlier panel has shown, in lines at most so wide.
Legend legend_of(const Panel& panel, double width, std::set<std::string>& shown) {
  std::vector<LegendEntry> entries;
  for (std::size_t k = 0; k < panel.series.size(); ++k) {
    const std::string& label = panel.series[k].label;
    if (!label.empty() && shown.insert(label).second) entries.push_back({k, label});
  }
  const bool covered = panel.covered_x || panel.covered_y;
  if (covered && shown.insert("range of the runs").second)
    entries.push_back({kRuns, "range of the runs"});
  Legend out;
  double x = 0.0;
  for (const LegendEntry& e : entries) {
    if (out.empty() || x + e.width() > width) {
      out.emplace_back();
      x = 0.0;
    }
    out.back().push_back(e);
    x += e.width();
  }
  return out;
}

/// Everything laid out; panels of a row and of a column share their room.
class SvgFigure {
 public:
  SvgFigure(const Figure& figure, std::string id) : figure_(figure), id_(std::move(id)) {
    for (const Panel& p : figure.panels) {
      rows_ = std::max(rows_, p.row + 1);
      columns_ = std::max(columns_, p.column + 1);
    }
    width_ = columns_ <= 2 ? 760.0 : columns_ <= 4 ? 900.0 : 150.0 * static_cast<double>(columns_);
    const double inner = width_ - 2 * kMargin - kGap * static_cast<double>(columns_ - 1);
    column_width_ = inner / static_cast<double>(columns_);
    const double alone = columns_ == 1 ? 390.0 : 320.0, stacked = rows_ == 2 ? 230.0 : 190.0;
    plot_height_ = columns_ > 3 ? 0.72 * column_width_ : rows_ == 1 ? alone : stacked;
    title_ = wrapped(figure.title, 0.78 * (width_ - 2 * kMargin));
    words_ = wrapped(figure.description, width_ - 2 * kMargin);
    lay_out();
  }

  std::string document() const {
    std::string out =
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"isofig\" role=\"img\" "
        "aria-labelledby=\"" +
        id_ + "-title " + id_ + "-desc\"" + attribute("width", width_) +
        attribute("height", height_) + " viewBox=\"0 0 " + px(width_) + " " + px(height_) + "\">\n";
    out += "<title id=\"" + id_ + "-title\">" + xml_text(figure_.title) + "</title>\n";
    out += "<desc id=\"" + id_ + "-desc\">" + xml_text(figure_.description) + "</desc>\n" +
           style_sheet();
    out += "<rect class=\"bg\" width=\"100%\" height=\"100%\"/>\n";
    double y = kMargin + 12;
    for (const std::string& line : title_) {
      out += text_at(kMargin, y, line, "title");
      y += kLine + 3;
    }
    for (const std::string& line : words_) {
      out += text_at(kMargin, y, line, "soft");
      y += kLine;
    }
    for (std::size_t i = 0; i < figure_.panels.size(); ++i) out += panel(i);
    return out + "</svg>\n";
  }

 private:
  const Panel* at(std::size_t row, std::size_t column) const {
    const auto found =
        std::find_if(figure_.panels.begin(), figure_.panels.end(),
                     [&](const Panel& p) { return p.row == row && p.column == column; });
    return found == figure_.panels.end() ? nullptr : &*found;
  }
  /// Not an axis that the panel below, or to the left, shows already.
  bool shows_x(const Panel& p) const {
    const Panel* below = at(p.row + 1, p.column);
    return below == nullptr || !same(below->x, p.x);
  }
  bool shows_y(const Panel& p) const {
    const Panel* left = p.column == 0 ? nullptr : at(p.row, p.column - 1);
    return left == nullptr || !same(left->y, p.y);
  }
  bool names_y(const Panel& p) const { return shows_y(p) && !p.y.label.empty(); }

  void lay_out() {
    lefts_.assign(columns_, 8.0);
    heads_.assign(rows_, 8.0);
    std::vector<double> feet(rows_, 12.0);
    std::set<std::string> shown;
    for (const Panel& p : figure_.panels) {
      legends_.push_back(legend_of(p, column_width_, shown));
      titles_.push_back(wrapped(p.title, 0.9 * column_width_));
      const std::size_t lines =
          legends_.back().size() + titles_.back().size() + (names_y(p) ? 1 : 0);
      heads_[p.row] = std::max(heads_[p.row], kLine * static_cast<double>(lines) + 10);
      if (shows_x(p)) feet[p.row] = std::max(feet[p.row], kBelow + 8);
      if (!shows_y(p)) continue;
      for (const AxisTick& t : SvgPanel(p, column_width_, plot_height_).y_ticks().labelled) {
        lefts_[p.column] = std::max(lefts_[p.column], width_of(t.label) + kTick + 6);
      }
    }
    double y = kMargin + (kLine + 3) * static_cast<double>(title_.size()) +
               kLine * static_cast<double>(words_.size()) + 4;
    for (std::size_t r = 0; r < rows_; ++r) {
      tops_.push_back(y + heads_[r]);
      y += heads_[r] + plot_height_ + feet[r];
    }
    height_ = y + kMargin - 6;
  }

  std::string panel(std::size_t i) const {
    const Panel& p = figure_.panels[i];
    const double left = kMargin + static_cast<double>(p.column) * (column_width_ + kGap);
    const double x0 = left + lefts_[p.column], width = column_width_ - lefts_[p.column];
    const double y0 = tops_[p.row], height = plot_height_;
    const SvgPanel view(p, width, height);

    std::string out = "<g>\n";
    // From the plot upward: the name of the axis, the legend, the title.
    double y = y0 - 7;
    if (names_y(p)) {
      out += text_at(left, y, label_of(p.y), "soft");
      y -= kLine;
    }
    for (std::size_t l = legends_[i].size(); l-- > 0; y -= kLine)
      out += legend_line(view, legends_[i][l], left, y);
    for (std::size_t l = titles_[i].size(); l-- > 0; y -= kLine)
      out += text_at(left, y, titles_[i][l], "head");

    out += "<svg" + attribute("x", x0) + attribute("y", y0) + attribute("width", width) +
           attribute("height", height) + ">\n" + view.marks() + "</svg>\n";
    out += closed(rectangle("frame", x0, y0, x0 + width, y0 + height));
    if (shows_y(p)) {
      const AxisTicks ticks = view.y_ticks();
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

  /// A text in the middle of x, or as far from there as keeps it in the picture.
  std::string centred(double x, double y, const std::string& text,
                      std::string_view classes = "") const {
    const double half = 0.5 * width_of(text) + 2;
    return text_at(std::max(std::min(x, width_ - half), half), y, text, classes, "middle");
  }

  std::string x_axis(const Panel& p, const SvgPanel& view, double x0, double y,
                     double width) const {
    std::string out;
    const AxisTicks ticks = view.x_ticks();
    for (const AxisTick& t : ticks.labelled) {
      out += line_at(x0 + view.x(t.at), y, x0 + view.x(t.at), y + kTick, "tick") +
             centred(x0 + view.x(t.at), y + kTick + 12, t.label);
    }
    for (const double t : ticks.between)
      out += line_at(x0 + view.x(t), y, x0 + view.x(t), y + 2.5, "tick");
    return p.x.label.empty()
               ? out
               : out + centred(x0 + 0.5 * width, y + kBelow - 3, label_of(p.x), "soft");
  }

  static std::string legend_line(const SvgPanel& view, const std::vector<LegendEntry>& entries,
                                 double x, double y) {
    std::string out;
    for (const LegendEntry& e : entries) {
      out += e.series == kRuns ? closed(rectangle("covered", x, y - 9, x + 22, y + 1))
                               : view.swatch(e.series, x, y - 4);
      out += text_at(x + kSwatch, y, e.label);
      x += e.width();
    }
    return out;
  }

  const Figure& figure_;
  std::string id_;
  std::size_t rows_ = 1, columns_ = 1;
  double width_ = 0, height_ = 0, column_width_ = 0, plot_height_ = 0;
  std::vector<std::string> title_, words_;
  std::vector<double> lefts_, heads_, tops_;  // by column; by row: room above a plot, and its top
  std::vector<Legend> legends_;               // by panel
  std::vector<std::vector<std::string>> titles_;
};

}  // namespace

std::string figure_svg(const Figure& figure, const std::string& id) {
  return SvgFigure(figure, xml_text(id.empty() ? figure.kind : id)).document();
}

}  // namespace isoflop
