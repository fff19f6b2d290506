#include "catch.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/error.hpp"
#include "isoflop/sweep/parabola.hpp"

namespace isoflop::testing::parabola_test {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

double truth(double x) { return 0.07 * (x - 20.4) * (x - 20.4) + 3.1; }

TEST_CASE("parabola: three points are met exactly and leave no interval", "[sweep][identity]") {
  const std::vector<double> x{19.0, 20.0, 22.0}, y{truth(19.0), truth(20.0), truth(22.0)};
  const ParabolaFit fit = fit_parabola(x, y);
  CHECK(fit.parabola.vertex() == Approx(20.4).epsilon(1e-12));
  CHECK(fit.parabola.minimum() == Approx(3.1).epsilon(1e-12));
  CHECK(fit.parabola.p == Approx(0.07).epsilon(1e-10));
  CHECK(fit.degrees == 0);
  CHECK(std::isnan(vertex_interval(fit).low));
}

TEST_CASE("parabola: a weight of two is the run twice", "[sweep][identity]") {
  const std::vector<double> x{19.0, 20.0, 21.0, 22.0}, y{3.3, 3.12, 3.16, 3.2},
      weight{1.0, 2.0, 1.0, 1.0};
  const std::vector<double> x2{19.0, 20.0, 20.0, 21.0, 22.0}, y2{3.3, 3.12, 3.12, 3.16, 3.2};
  const Parabola a = fit_parabola(x, y, weight).parabola, b = fit_parabola(x2, y2).parabola;
  CHECK(a.vertex() == Approx(b.vertex()).epsilon(1e-12));
  CHECK(a.minimum() == Approx(b.minimum()).epsilon(1e-12));
}

TEST_CASE("parabola: the Huber loss keeps the vertex where one run is far off",
          "[sweep][recovery]") {
  std::vector<double> x, y;
  Random random(3);
  for (int i = 0; i < 12; ++i) {
    x.push_back(19.0 + 0.25 * i);
    y.push_back(truth(x.back()) + 0.001 * random.normal());
  }
  y[10] += 0.3;
  const double square = std::abs(fit_parabola(x, y).parabola.vertex() - 20.4);
  const double robust = std::abs(fit_parabola(x, y, {}, 0.002).parabola.vertex() - 20.4);
  CHECK(square > 0.1);
  CHECK(robust < 0.02);
}

TEST_CASE("parabola: its interval holds the vertex as often as it says", "[sweep][recovery]") {
  // 4,000 sets of nine points: the share has a standard error of .35 %, and is let off by three.
  Random random(5);
  const int sets = 4000;
  int held = 0;
  for (int s = 0; s < sets; ++s) {
    std::vector<double> x, y;
    for (int i = 0; i < 9; ++i) {
      x.push_back(19.0 + 0.3 * i);
      y.push_back(truth(x.back()) + 0.02 * random.normal());
    }
    const Interval i = vertex_interval(fit_parabola(x, y));
    held += i.low <= 20.4 && 20.4 <= i.high ? 1 : 0;
  }
  CHECK(static_cast<double>(held) / sets == Approx(0.95).margin(0.0105));
}

TEST_CASE("parabola: noise that hides the minimum leaves the interval unbounded",
          "[sweep][identity]") {
  const std::vector<double> x{1.0, 2.0, 3.0, 4.0, 5.0}, y{3.0, 3.1, 2.9, 3.1, 3.0};
  const Interval i = vertex_interval(fit_parabola(x, y));
  CHECK(i.low == -kInf);
  CHECK(i.high == kInf);
}

TEST_CASE("parabola: fewer than three sizes are refused", "[sweep][refusal]") {
  const std::vector<double> x{1.0, 2.0, 2.0, 1.0}, y{3.0, 3.1, 2.9, 3.1};
  CHECK_THROWS_AS(fit_parabola(x, y), InvalidArgument);
  const std::vector<double> three{1.0, 2.0, 3.0, 1.0}, weight{1.0, 1.0, 0.0, 1.0};
  CHECK_THROWS_AS(fit_parabola(three, y, weight), InvalidArgument);
}

}  // namespace
}  // namespace isoflop::testing::parabola_test
