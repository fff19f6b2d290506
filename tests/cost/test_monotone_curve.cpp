#include <cmath>
#include <vector>

#include "catch.hpp"
#include "isoflop/cost/monotone_curve.hpp"

namespace isoflop::monotone_curve_test {
namespace {

constexpr double kRounding = 1e-14;

TEST_CASE("MonotoneCurve: it passes through its points", "[cost][identity]") {
  const std::vector<double> x{-1.0, 0.1, 0.7, 3.0}, y{2.0, 2.5, -4.0, 10.0};
  const MonotoneCurve curve(x, y);
  for (std::size_t i = 0; i < x.size(); ++i) CHECK(curve(x[i]) == y[i]);
}

TEST_CASE("MonotoneCurve: points on a line give the line", "[cost][identity]") {
  for (const std::vector<double>& x :
       {std::vector<double>{0.0, 2.0}, {0.0, 0.5, 2.0}, {0.0, 0.1, 1.0, 2.0}}) {
    std::vector<double> y;
    for (const double place : x) y.push_back(3.0 - 2.0 * place);
    const MonotoneCurve curve(x, y);
    for (double at = 0.0; at <= 2.0; at += 0.125) {
      CHECK(curve(at) == Approx(3.0 - 2.0 * at).epsilon(kRounding).margin(kRounding));
    }
  }
}

TEST_CASE("MonotoneCurve: it never falls between points that rise", "[cost][identity]") {
  // A flat part beside a cliff, which makes an ordinary cubic overshoot.
  const MonotoneCurve curve({0.0, 1.0, 2.0, 3.0, 3.5}, {0.0, 0.0, 0.001, 9.0, 9.1});
  double before = curve(0.0);
  for (int i = 1; i <= 3500; ++i) {
    const double now = curve(0.001 * i);
    CHECK(now >= before - kRounding);
    before = now;
  }
}

TEST_CASE("MonotoneCurve: it turns where its points do and not beyond them", "[cost][identity]") {
  const MonotoneCurve curve({0.0, 1.0, 2.0}, {1.0, 4.0, 2.0});
  for (double at = 0.0; at <= 2.0; at += 0.01) {
    CHECK(curve(at) >= 1.0);
    CHECK(curve(at) <= 4.0 + kRounding);
  }
}

TEST_CASE("MonotoneCurve: its slope does not jump at a point", "[cost][derivative]") {
  const MonotoneCurve curve({0.0, 1.0, 3.0, 4.0}, {0.0, 1.0, 2.0, 5.0});
  constexpr double kStep = 1e-6;
  for (const double at : {1.0, 3.0}) {
    const double before = (curve(at) - curve(at - kStep)) / kStep;
    const double after = (curve(at + kStep) - curve(at)) / kStep;
    // The second derivative, a few units, times the step.
    CHECK(before == Approx(after).epsilon(0.0).margin(20.0 * kStep));
  }
}

TEST_CASE("MonotoneCurve: a single point is a constant", "[cost][identity]") {
  CHECK(MonotoneCurve({2.0}, {5.0})(2.0) == 5.0);
}

}  // namespace
}  // namespace isoflop::monotone_curve_test
