#include "catch.hpp"
#include "isoflop/figure/ticks.hpp"

namespace isoflop::testing::ticks_test {
namespace {

std::string labels(const Axis& axis, double length, double label_length = 30.0, double gap = 10.0) {
  std::string out;
  const AxisTicks ticks = ticks_of(
      axis, length, [&](std::string_view) { return label_length; }, gap);
  for (const AxisTick& t : ticks.labelled) out += (out.empty() ? "" : " ") + t.label;
  return out;
}

Axis log_axis(double low, double high) { return {"", "", AxisScale::kLog, low, high}; }
Axis linear_axis(double low, double high) { return {"", "", AxisScale::kLinear, low, high}; }

TEST_CASE("ticks: a decade or two has 1 2 and 5 of each", "[figure][format]") {
  CHECK(labels(log_axis(1e18, 1e20), 400) == "1e18 2e18 5e18 1e19 2e19 5e19 1e20");
  CHECK(labels(log_axis(1e8, 1e10), 400) == "100M 200M 500M 1B 2B 5B 10B");
}

TEST_CASE("ticks: with less room 1 and 3 stand, then whole decades, then every second",
          "[figure][format]") {
  CHECK(labels(log_axis(1e18, 1e20), 250) == "1e18 3e18 1e19 3e19 1e20");
  CHECK(labels(log_axis(1e18, 1e20), 100) == "1e18 1e19 1e20");
  CHECK(labels(log_axis(1e18, 1e22), 130) == "1e18 1e20 1e22");
}

TEST_CASE("ticks: a logarithmic axis of less than a decade has round numbers", "[figure][format]") {
  CHECK(labels(log_axis(2.0, 3.4), 400) == "2 2.2 2.4 2.6 2.8 3 3.2 3.4");
}

TEST_CASE("ticks: a linear axis has round numbers and an exact zero", "[figure][format]") {
  CHECK(labels(linear_axis(-0.3, 0.3), 300) == "-0.3 -0.2 -0.1 0 0.1 0.2 0.3");
  CHECK(labels(linear_axis(0.0, 1.0), 120) == "0 0.5 1");
}

TEST_CASE("ticks: labels keep the gap whatever the range", "[figure][identity]") {
  for (const double span : {1.01, 1.5, 3.0, 9.0, 40.0, 1e3, 1e7, 1e15, 1e40}) {
    for (const double length : {60.0, 150.0, 400.0, 900.0}) {
      CAPTURE(span, length);
      const auto extent = [](std::string_view text) {
        return 7.0 * static_cast<double>(text.size());
      };
      for (const Axis& axis : {log_axis(1.3e6, 1.3e6 * span), linear_axis(0.7, 0.7 * span)}) {
        const AxisTicks ticks = ticks_of(axis, length, extent, 12.0);
        REQUIRE_FALSE(ticks.labelled.empty());
        for (std::size_t i = 1; i < ticks.labelled.size(); ++i) {
          const AxisTick &a = ticks.labelled[i - 1], &b = ticks.labelled[i];
          const double apart = length * (place_on(axis, b.at) - place_on(axis, a.at));
          CHECK(apart - 0.5 * (extent(a.label) + extent(b.label)) >= 12.0);
        }
      }
    }
  }
}

TEST_CASE("ticks: those that a figure brings stand as they are, and none where it brings none",
          "[figure][format]") {
  Axis axis = log_axis(0.9, 40.0);
  axis.ticks = {{1.0, "one"}, {8.0, "eight"}, {64.0, "beyond"}};
  CHECK(labels(axis, 400) == "one eight");
  axis.ticks = std::vector<AxisTick>{};
  CHECK(labels(axis, 400).empty());
}

}  // namespace
}  // namespace isoflop::testing::ticks_test
