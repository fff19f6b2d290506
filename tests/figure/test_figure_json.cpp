#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "figure/figures.hpp"
#include "isoflop/error.hpp"
#include "isoflop/figure/figure_json.hpp"
#include "isoflop/figure/svg.hpp"
#include "isoflop/figure/table.hpp"
#include "isoflop/figure/vega_lite.hpp"
#include "isoflop/io/json_text.hpp"

namespace isoflop::testing::figure_json_test {
namespace {

using Json = nlohmann::ordered_json;

/// What is wrong with the JSON of every_mark() after this change.
template <class Change>
std::string fault_after(Change change) {
  Json json = figure_to_json(every_mark());
  change(json);
  try {
    figure_from_json(json, "f.json");
  } catch (const DataError& fault) {
    return fault.what();
  }
  return "";
}

TEST_CASE("figure JSON: written and read again it is the same figure", "[figure][identity]") {
  const Json json = figure_to_json(every_mark());
  const Figure again = figure_from_json(Json::parse(json_text(json)), "f.json");
  CHECK(json_text(figure_to_json(again)) == json_text(json));
  CHECK(figure_svg(again) == figure_svg(every_mark()));
}

TEST_CASE("figure JSON: no colour stands in it", "[figure][format]") {
  CHECK(json_text(figure_to_json(every_mark())).find('#') == std::string::npos);
}

TEST_CASE("figure JSON: what is no figure is refused with its place", "[figure][refusal]") {
  using Catch::Matchers::ContainsSubstring;
  CHECK_THAT(fault_after([](Json& j) { j["format"] = "isoflop.figure/9"; }),
             ContainsSubstring("f.json: has format \"isoflop.figure/9\", which a later version of "
                               "isoflop writes; this program reads \"isoflop.figure/1\""));
  CHECK_THAT(
      fault_after([](Json& j) { j["panels"][0]["x"]["rnage"] = 1; }),
      ContainsSubstring("f.json: \"panels[0].x\" has no member \"rnage\"; it may have: label"));
  CHECK_THAT(fault_after([](Json& j) { j["panels"][0]["series"][0]["kind"] = "cloud"; }),
             ContainsSubstring("\"panels[0].series[0].kind\" is none of: points stars line"));
  CHECK_THAT(fault_after([](Json& j) {
               j["panels"][1]["x"]["range"] = {2.0, 1.0};
             }),
             ContainsSubstring("panels[1]: the axis x has a range that does not rise"));
  CHECK_THAT(fault_after([](Json& j) {
               j["panels"][0]["x"]["range"] = {-1.0, 1.0};
             }),
             ContainsSubstring("is logarithmic from zero or below"));
  CHECK_THAT(
      fault_after([](Json& j) { j["panels"][0]["series"][5]["y"] = {1.0}; }),
      ContainsSubstring("series[5] (points) lacks columns, or has them of different length"));
  CHECK_THAT(fault_after([](Json& j) { j["panels"][0]["series"][5]["y"][0] = "high"; }),
             ContainsSubstring("\"panels[0].series[5].y\" must be a number"));
  CHECK_THAT(fault_after([](Json& j) { j["panels"][0].erase("shade"); }),
             ContainsSubstring("shades series and has no shade itself"));
  CHECK_THAT(fault_after([](Json& j) { j["panels"][0]["column"] = 1000; }),
             ContainsSubstring("stands beyond row or column 31"));
  CHECK_THAT(fault_after([](Json& j) { j["panels"] = 3; }),
             ContainsSubstring("\"panels\" must be a list"));
}

TEST_CASE("figure JSON: a range that no ticks can tell is refused", "[figure][refusal]") {
  using Catch::Matchers::ContainsSubstring;
  for (const Json& range : {Json{1e20, 1.0000000000000002e20}, Json{-1e308, 1e308}}) {
    CHECK_THAT(fault_after([&](Json& j) { j["panels"][1]["x"]["range"] = range; }),
               ContainsSubstring("panels[1]: the axis x has a range that no ticks can tell"));
  }
}

TEST_CASE("figure tables: a row per mark with its numbers and its name", "[figure][format]") {
  const std::string csv = figure_csv(every_mark());
  CHECK(csv.find("left: y over x,runs,data,1e+19,1,,,<script>alert(1)</script>\n") != csv.npos);
  CHECK(csv.find("left: y over x,95 %,curve_band,1e+18,,0.5,1,\n") != csv.npos);
  CHECK(csv.find("y over count,draws,draws,0.5,3,0,1,\n") != csv.npos);
  const std::string html = figure_html_table(every_mark(), 3);
  CHECK(html.find("<caption>left: y over x</caption>") != html.npos);
  CHECK(html.find("and 9 more") != html.npos);
  CHECK(figure_html_table(every_mark(), 100).find("&lt;script&gt;") != html.npos);
}

TEST_CASE("Vega-Lite: one view per panel and one layer per series on the same numbers",
          "[figure][format]") {
  const Figure figure = every_mark();
  const Json spec = figure_vega_lite(figure);
  CHECK(spec["$schema"] == "https://vega.github.io/schema/vega-lite/v5.json");
  const Json& panels = spec["vconcat"][0]["hconcat"];
  REQUIRE(panels.size() == 2);
  CHECK(panels[0]["layer"].size() == figure.panels[0].series.size() + 1);  // and what is covered
  const Json& points = panels[0]["layer"][6];
  CHECK(points["mark"]["type"] == "point");
  CHECK(points["data"]["values"][1]["x"] == 1e20);
  CHECK(points["encoding"]["x"]["scale"]["type"] == "log");
  CHECK(points["encoding"]["x"]["scale"]["domain"] == Json({1e18, 1e21}));
  CHECK(points["encoding"]["color"]["field"] == "shade");
  CHECK(panels[1]["layer"][1]["data"]["values"].size() == 1);  // a cell of nothing is not drawn
}

TEST_CASE("fit_axis: it covers the values, and one alone stands in the middle",
          "[figure][identity]") {
  Axis axis{"", "", AxisScale::kLog};
  fit_axis(axis, {1e3, std::nan(""), -1.0, 1e5}, 0.0);
  CHECK(axis.low == Approx(1e3));
  CHECK(axis.high == Approx(1e5));
  fit_axis(axis, {8.0});
  CHECK(axis.low * axis.high == Approx(64.0));
  CHECK(axis.low < 8.0);
  Axis untouched{"", "", AxisScale::kLinear, 2.0, 3.0};
  fit_axis(untouched, {std::nan("")});
  CHECK(untouched.low == 2.0);
}

}  // namespace
}  // namespace isoflop::testing::figure_json_test
