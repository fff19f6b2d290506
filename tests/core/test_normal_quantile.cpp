#include <cmath>
#include <limits>

#include "catch.hpp"
#include "isoflop/core/normal_quantile.hpp"
#include "within.hpp"

namespace isoflop::testing::normal_quantile_test {
namespace {

TEST_CASE("normal_quantile: known values are met to the last digits", "[core][identity]") {
  struct Row {
    double p, x;
  };
  // Roots of erfc(-x / sqrt 2) = 2 p at 40 digits (mpmath), p the double nearest to the decimal.
  for (const Row& row : {Row{0.025, -1.9599639845400542118}, Row{0.975, 1.9599639845400538556},
                         Row{0.3, -0.52440051270804081597}, Row{1e-10, -6.3613409024040561991},
                         Row{0.999, 3.0902323061678132778}, Row{0.425, -0.18911842627279251844},
                         Row{1e-300, -37.047096299361199237}}) {
    CAPTURE(row.p);
    CHECK(normal_quantile(row.p) == Approx(row.x).epsilon(1e-14));
  }
}

TEST_CASE("normal_quantile: it undoes the distribution function", "[core][identity]") {
  for (double x = -8.0; x <= 5.0; x += 0.37) {
    CAPTURE(x);
    // Where Phi(x) is close to 1 its own rounding is all the error: 1e-16 / density(5) = 1e-10.
    CHECK(normal_quantile(normal_cdf(x)) == within(x, x < 0.0 ? 1e-14 : 1e-10));
  }
}

TEST_CASE("normal_quantile: the middle and the ends are exact", "[core][identity]") {
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  CHECK(normal_quantile(0.5) == 0.0);
  CHECK(normal_quantile(0.0) == -kInfinity);
  CHECK(normal_quantile(1.0) == kInfinity);
  CHECK(normal_quantile(0.75) == -normal_quantile(0.25));
}

TEST_CASE("normal_quantile: what is no probability has no quantile", "[core][refusal]") {
  for (const double p : {-0.1, 1.1, std::numeric_limits<double>::quiet_NaN()}) {
    CHECK(std::isnan(normal_quantile(p)));
  }
}

}  // namespace
}  // namespace isoflop::testing::normal_quantile_test
