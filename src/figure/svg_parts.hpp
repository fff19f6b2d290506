// Elements of SVG as text, and the room that words take.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace isoflop::detail {

/// Width of a text of 12 px in pixels, by the widths of Helvetica, rounded up.
double width_of(std::string_view text);
/// Words in lines at most so wide.
std::vector<std::string> wrapped(std::string_view text, double width);

/// A coordinate in tenths of a pixel.
std::string px(double x);
/// " name="value"".
std::string attribute(std::string_view name, double x);
std::string text_at(double x, double y, std::string_view text, std::string_view classes = "",
                    std::string_view anchor = "");
std::string line_at(double x1, double y1, double x2, double y2, const std::string& classes,
                    std::string_view dashes = "");
/// " stroke-dasharray=…"; nothing where it is "".
std::string dashed(std::string_view dashes);
/// The element, still open for a title.
std::string rectangle(const std::string& classes, double left, double top, double right,
                      double bottom);
/// Corners "u,v …" in tenths of r around (x, y), or a disc where there are none; still open.
std::string shape(std::string_view corners, const std::string& classes, double x, double y,
                  double r);
/// Closes an element, with what it is for whoever hovers over it.
std::string closed(const std::string& open, std::string_view title = "");

}  // namespace isoflop::detail
