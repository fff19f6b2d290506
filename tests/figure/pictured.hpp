/// What an SVG consists of, as far as tests look at it: whether it is well-formed XML, and the
/// boxes of its texts.
#pragma once

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <vector>

#include "figure/svg_parts.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop::testing {

struct XmlElement {
  std::string name, attributes;  ///< as they are written
  std::string text;              ///< directly within, entities as they are written
};

/// Elements in the order of their beginnings; `fault` says what is not well-formed, or nothing.
struct XmlParts {
  std::vector<XmlElement> elements;
  std::string fault;
};

/// Reads elements, attributes in double quotes, and the five named entities with &#39;; anything
/// else that XML knows is a fault here.
inline XmlParts xml_parts(std::string_view text) {
  XmlParts out;
  std::vector<std::size_t> open;
  const auto fail = [&](std::size_t at, const std::string& what) {
    out.fault = what + " near \"" + std::string(text.substr(at, 60)) + "\"";
    return out;
  };
  const auto entities_hold = [](std::string_view run) {
    for (std::size_t at = run.find('&'); at != run.npos; at = run.find('&', at + 1)) {
      const std::string_view rest = run.substr(at);
      bool known = false;
      for (const char* entity : {"&amp;", "&lt;", "&gt;", "&quot;", "&#39;"}) {
        known = known || rest.starts_with(entity);
      }
      if (!known) return false;
    }
    return run.find('<') == run.npos;
  };
  for (std::size_t at = 0; at < text.size();) {
    if (text[at] != '<') {
      const std::size_t end = std::min(text.find('<', at), text.size());
      const std::string_view run = text.substr(at, end - at);
      if (!entities_hold(run)) return fail(at, "a bare &");
      if (open.empty() && run.find_first_not_of(" \n") != run.npos) return fail(at, "text outside");
      if (!open.empty()) out.elements[open.back()].text += run;
      at = end;
      continue;
    }
    const std::size_t end = text.find('>', at);
    if (end == text.npos) return fail(at, "an open tag");
    std::string_view tag = text.substr(at + 1, end - at - 1);
    at = end + 1;
    if (tag.starts_with('/')) {
      if (open.empty() || out.elements[open.back()].name != tag.substr(1)) {
        return fail(end, "the end of another element");
      }
      open.pop_back();
      continue;
    }
    const bool is_empty = tag.ends_with('/');
    if (is_empty) tag.remove_suffix(1);
    const std::size_t blank = std::min(tag.find(' '), tag.size());
    if (open.empty() && !out.elements.empty()) return fail(end, "a second root");
    out.elements.push_back({std::string(tag.substr(0, blank)), std::string(tag.substr(blank)), ""});
    if (std::count(tag.begin(), tag.end(), '"') % 2 != 0 || !entities_hold(tag.substr(blank))) {
      return fail(end, "a broken attribute");
    }
    if (!is_empty) open.push_back(out.elements.size() - 1);
  }
  if (!open.empty()) out.fault = "an element without an end: " + out.elements[open.back()].name;
  return out;
}

inline std::string attribute_of(const XmlElement& element, const std::string& name) {
  const std::string begin = " " + name + "=\"";
  const std::size_t at = element.attributes.find(begin);
  if (at == std::string::npos) return "";
  const std::size_t from = at + begin.size();
  return element.attributes.substr(from, element.attributes.find('"', from) - from);
}

struct TextBox {
  std::string text;
  double left, right, top, bottom;
};

/// Of every text element, by the widths that the renderer reckons with.
inline std::vector<TextBox> text_boxes(const XmlParts& svg) {
  std::vector<TextBox> out;
  for (const XmlElement& e : svg.elements) {
    if (e.name != "text") continue;
    const double size = attribute_of(e, "class") == "title" ? 15.0 : 12.0;
    const double width = detail::width_of(e.text) * size / 12.0;
    const double x = parse_number(attribute_of(e, "x")).value();
    const double y = parse_number(attribute_of(e, "y")).value();
    const std::string anchor = attribute_of(e, "text-anchor");
    const double left = anchor == "end" ? x - width : anchor == "middle" ? x - 0.5 * width : x;
    out.push_back({e.text, left, left + width, y - 0.75 * size, y + 0.2 * size});
  }
  return out;
}

/// Two texts that lie on each other, or one that leaves the picture; "" where there are none.
inline std::string crowded(const XmlParts& svg) {
  const std::vector<TextBox> boxes = text_boxes(svg);
  const double width = parse_number(attribute_of(svg.elements.front(), "width")).value();
  const double height = parse_number(attribute_of(svg.elements.front(), "height")).value();
  for (std::size_t i = 0; i < boxes.size(); ++i) {
    const TextBox& a = boxes[i];
    if (a.left < -0.5 || a.right > width + 0.5 || a.top < 0.0 || a.bottom > height) return a.text;
    for (std::size_t k = 0; k < i; ++k) {
      const TextBox& b = boxes[k];
      const bool apart =
          a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top;
      if (!apart) return a.text + " on " + b.text;
    }
  }
  return "";
}

}  // namespace isoflop::testing
