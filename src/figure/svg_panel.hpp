// The marks of one panel in pixels, from its upper left corner.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "isoflop/figure/figure.hpp"
#include "isoflop/figure/ticks.hpp"

namespace isoflop::detail {

class SvgPanel {
 public:
  SvgPanel(const Panel& panel, double width, double height)
      : panel_(panel), width_(width), height_(height) {}

  std::string marks() const;
  /// What a legend shows of a series, 22 wide, around (x, y).
  std::string swatch(std::size_t series, double x, double y) const;

  double x(double value) const { return width_ * place_on(panel_.x, value); }
  double y(double value) const { return height_ * (1.0 - place_on(panel_.y, value)); }
  AxisTicks x_ticks() const;
  AxisTicks y_ticks() const;

 private:
  /// The class that fills (f) or strokes (s) mark i.
  std::string look(char what, const Series& s, std::size_t i) const;
  std::string_view dashes(std::size_t series) const;
  std::string mark_at(const Series& s, std::size_t i, double u, double v, double r) const;
  std::string covered() const;
  std::string points(const Series& s) const;
  std::string path(const Series& s, std::string_view dashes) const;
  std::string band(const Series& s) const;
  std::string intervals(const Series& s) const;
  std::string rules(const Series& s, std::string_view dashes) const;
  std::string bars(const Series& s) const;
  std::string heat(const Series& s) const;

  const Panel& panel_;
  double width_, height_;
};

}  // namespace isoflop::detail
