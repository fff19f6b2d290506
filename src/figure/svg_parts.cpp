#include "figure/svg_parts.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "isoflop/figure/svg.hpp"

namespace isoflop::detail {

double width_of(std::string_view text) {
  double ems = 0.0;
  for (const char c : text) {
    if ((static_cast<unsigned char>(c) & 0xC0) == 0x80) continue;  // inside a character of UTF-8
    const std::string_view narrow = "ijltfrI.,:;'|!()[]/ -", wide = "mwMW%@";
    const bool is_large = (c >= 'A' && c <= 'Z') || (c & 0x80) != 0;
    ems += narrow.find(c) != narrow.npos ? 0.34
           : wide.find(c) != wide.npos   ? 0.9
           : is_large                    ? 0.7
                                         : 0.57;
  }
  return 12.0 * ems;
}

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

std::string px(double x) {
  if (std::isnan(x)) x = 0.0;
  const long long tenths = std::llround(std::clamp(x, -1e5, 1e5) * 10.0);
  std::string out = std::to_string(std::abs(tenths) / 10);
  if (tenths % 10 != 0) out += "." + std::to_string(std::abs(tenths) % 10);
  return (tenths < 0 ? "-" : "") + out;
}

std::string attribute(std::string_view name, double x) {
  return " " + std::string(name) + "=\"" + px(x) + "\"";
}

std::string dashed(std::string_view dashes) {
  return dashes.empty() ? "" : " stroke-dasharray=\"" + std::string(dashes) + "\"";
}

std::string text_at(double x, double y, std::string_view text, std::string_view classes,
                    std::string_view anchor) {
  std::string out = "<text" + attribute("x", x) + attribute("y", y);
  if (!classes.empty()) out += " class=\"" + std::string(classes) + "\"";
  if (!anchor.empty()) out += " text-anchor=\"" + std::string(anchor) + "\"";
  return out + ">" + xml_text(text) + "</text>\n";
}

std::string line_at(double x1, double y1, double x2, double y2, const std::string& classes,
                    std::string_view dashes) {
  return "<line class=\"" + classes + "\"" + attribute("x1", x1) + attribute("y1", y1) +
         attribute("x2", x2) + attribute("y2", y2) + dashed(dashes) + "/>\n";
}

std::string rectangle(const std::string& classes, double left, double top, double right,
                      double bottom) {
  return "<rect class=\"" + classes + "\"" + attribute("x", left) + attribute("y", top) +
         attribute("width", std::max(right - left, 0.0)) +
         attribute("height", std::max(bottom - top, 0.0));
}

std::string shape(std::string_view corners, const std::string& classes, double x, double y,
                  double r) {
  if (corners.empty()) {
    return "<circle class=\"" + classes + "\"" + attribute("cx", x) + attribute("cy", y) +
           attribute("r", r);
  }
  std::string points;
  const char* at = corners.data();
  const char* const end = at + corners.size();
  for (bool is_x = true; at < end; is_x = !is_x) {
    int tenths = 0;
    at = std::from_chars(at, end, tenths).ptr + 1;  // behind the comma or the blank
    points += px((is_x ? x : y) + r * tenths / 10.0) + (is_x ? "," : at < end ? " " : "");
  }
  return "<polygon class=\"" + classes + "\" points=\"" + points + "\"";
}

std::string closed(const std::string& open, std::string_view title) {
  if (title.empty()) return open + "/>\n";
  const std::string element = open.substr(1, open.find(' ') - 1);
  return open + "><title>" + xml_text(title) + "</title></" + element + ">\n";
}

}  // namespace isoflop::detail
