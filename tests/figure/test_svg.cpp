#include "catch.hpp"
#include "figure/figures.hpp"
#include "figure/pictured.hpp"
#include "isoflop/figure/svg.hpp"

namespace isoflop::testing::svg_test {
namespace {

std::size_t count_of(const std::string& text, const std::string& part) {
  std::size_t out = 0;
  for (std::size_t at = text.find(part); at != text.npos; at = text.find(part, at + 1)) ++out;
  return out;
}

TEST_CASE("xml_text: markup is escaped, and what XML does not allow is replaced",
          "[figure][format]") {
  CHECK(xml_text("a<b>&\"'c") == "a&lt;b&gt;&amp;&quot;&#39;c");
  CHECK(xml_text("N = 1,5 µ → ∞ 😀") == "N = 1,5 µ → ∞ 😀");
  CHECK(xml_text("a\tb\n") == "a\tb\n");
  const std::string replaced = "\xEF\xBF\xBD";
  CHECK(xml_text(std::string("a\0b", 3)) == "a" + replaced + "b");
  CHECK(xml_text("\x1B[31m") == replaced + "[31m");
  CHECK(xml_text("\xC0\xAF") == replaced + replaced);                 // overlong
  CHECK(xml_text("\xED\xA0\x80") == replaced + replaced + replaced);  // half a pair of UTF-16
  CHECK(xml_text("\xE2\x82") == replaced + replaced);                 // cut short
}

TEST_CASE("figure_svg: every mark as well-formed XML with its texts apart", "[figure][format]") {
  const std::string svg = figure_svg(every_mark());
  const XmlParts parts = xml_parts(svg);
  CHECK(parts.fault == "");
  CHECK(crowded(parts) == "");
  CHECK(parts.elements[0].name == "svg");
  CHECK(parts.elements[1].name == "title");
  CHECK(parts.elements[1].text == "Everything &lt;once&gt;");
  CHECK(parts.elements[2].name == "desc");
  CHECK(parts.elements[2].text == "A &amp; B, &quot;quoted&quot;");
}

TEST_CASE("figure_svg: a run that calls itself script stays a text", "[figure][format]") {
  const std::string svg = figure_svg(every_mark());
  CHECK(svg.find("<script") == svg.npos);
  CHECK(svg.find("<title>&lt;script&gt;alert(1)&lt;/script&gt;</title>") != svg.npos);
}

TEST_CASE("figure_svg: the same bytes each time, nothing from outside", "[figure][identity]") {
  const std::string svg = figure_svg(every_mark());
  CHECK(svg == figure_svg(every_mark()));
  CHECK(count_of(svg, "http") == 1);  // the name space
  CHECK(svg.find("url(") == svg.npos);
  CHECK(svg.find("@import") == svg.npos);
}

TEST_CASE("figure_svg: ids begin with what the page says", "[figure][format]") {
  const std::string svg = figure_svg(every_mark(), "fig-2");
  CHECK(count_of(svg, " id=\"fig-2-") == 2);
  CHECK(count_of(svg, " id=\"") == 2);
  CHECK(svg.find("aria-labelledby=\"fig-2-title fig-2-desc\"") != svg.npos);
}

TEST_CASE("figure_svg: a value that is none has no mark and ends a line", "[figure][identity]") {
  Figure figure{"test", "t", "d"};
  Panel panel;
  panel.x = {"x", "", AxisScale::kLinear, 0.0, 4.0};
  panel.y = {"y", "", AxisScale::kLog, 1.0, 10.0};
  const std::vector<double> x{0.0, 1.0, 2.0, 3.0, 4.0}, y{2.0, 3.0, -1.0, 4.0, 5.0};
  panel.series = {{Mark::kLine, Role::kLaw, "", x, y}, {Mark::kPoints, Role::kData, "", x, y}};
  figure.panels = {panel};
  const std::string svg = figure_svg(figure);
  CHECK(count_of(svg, "<circle") == 4);
  const std::size_t d = svg.find(" d=\"");
  const std::string path = svg.substr(d, svg.find('"', d + 4) - d);
  CHECK(count_of(path, "M") == 2);
  CHECK(svg.find("nan") == svg.npos);
}

TEST_CASE("figure_svg: marks lie where the axes say", "[figure][identity]") {
  Figure figure{"test", "t", "d"};
  Panel panel;
  panel.x = {"x", "", AxisScale::kLog, 1.0, 100.0};
  panel.y = {"y", "", AxisScale::kLinear, 0.0, 1.0};
  panel.series = {{Mark::kPoints, Role::kData, "", {1.0, 10.0, 100.0}, {0.0, 0.5, 1.0}}};
  figure.panels = {panel};
  const XmlParts parts = xml_parts(figure_svg(figure));
  REQUIRE(parts.fault == "");
  std::vector<double> cx, cy;
  double width = 0.0, height = 0.0;
  for (const XmlElement& e : parts.elements) {
    if (e.name == "svg") {  // the last is that of the panel
      width = parse_number(attribute_of(e, "width")).value();
      height = parse_number(attribute_of(e, "height")).value();
    } else if (e.name == "circle") {
      cx.push_back(parse_number(attribute_of(e, "cx")).value());
      cy.push_back(parse_number(attribute_of(e, "cy")).value());
    }
  }
  REQUIRE(cx.size() == 3);
  // To the tenth of a pixel that is written.
  CHECK(std::abs(cx[0]) <= 0.1);
  CHECK(std::abs(cx[1] - 0.5 * width) <= 0.1);
  CHECK(std::abs(cx[2] - width) <= 0.1);
  CHECK(std::abs(cy[0] - height) <= 0.1);
  CHECK(std::abs(cy[2]) <= 0.1);
}

TEST_CASE("figure_svg: thousands of points stay a small picture", "[figure][format]") {
  Figure figure = every_mark();
  Series& points = figure.panels[0].series[5];
  REQUIRE(points.mark == Mark::kPoints);
  points.names.clear();
  points.x.assign(5000, 1e19);
  points.y.assign(5000, 1.0);
  points.shade.assign(5000, 1e7);
  const std::string svg = figure_svg(figure);
  CHECK(xml_parts(svg).fault == "");
  CHECK(count_of(svg, "h0") == 5000);
  CHECK(svg.size() < 120'000);
}

TEST_CASE("figure_svg: a label of several panels stands in the legend once", "[figure][format]") {
  Figure figure = every_mark();
  figure.panels[1].series[0].label = "runs";
  const std::string svg = figure_svg(figure);
  CHECK(count_of(svg, ">runs</text>") == 1);
  CHECK(count_of(svg, ">range of the runs</text>") == 1);
}

}  // namespace
}  // namespace isoflop::testing::svg_test
