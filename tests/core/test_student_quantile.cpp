#include <cmath>

#include "catch.hpp"
#include "isoflop/core/student_quantile.hpp"

namespace isoflop::testing::student_quantile_test {
namespace {

TEST_CASE("student_two_sided: one and two degrees of freedom have closed forms",
          "[core][identity]") {
  for (const double share : {0.1, 0.5, 0.9, 0.95, 0.999}) {
    CAPTURE(share);
    CHECK(student_two_sided(share, 1) ==
          Approx(std::tan(0.5 * std::numbers::pi * share)).epsilon(1e-12));
    // P(|T| <= t) = t / sqrt(2 + t^2).
    CHECK(student_two_sided(share, 2) ==
          Approx(share * std::sqrt(2.0 / (1.0 - share * share))).epsilon(1e-12));
  }
}

TEST_CASE("student_within: it is the integral of the density", "[core][identity]") {
  for (const std::size_t degrees : {1, 2, 3, 4, 7, 30, 101}) {
    const double nu = static_cast<double>(degrees), t = 1.7;
    const double scale = std::exp(std::lgamma(0.5 * (nu + 1.0)) - std::lgamma(0.5 * nu)) /
                         std::sqrt(nu * std::numbers::pi);
    constexpr int kSteps = 20'000;  // of Simpson's rule, whose error is below 1e-14 here
    double sum = 0.0;
    for (int i = 0; i <= kSteps; ++i) {
      const double x = t * i / kSteps;
      const double weight = i == 0 || i == kSteps ? 1.0 : i % 2 == 1 ? 4.0 : 2.0;
      sum += weight * scale * std::pow(1.0 + x * x / nu, -0.5 * (nu + 1.0));
    }
    CAPTURE(degrees);
    CHECK(student_within(t, degrees) == Approx(2.0 * sum * t / kSteps / 3.0).epsilon(1e-10));
  }
}

TEST_CASE("student_two_sided: with many degrees of freedom it is the normal quantile",
          "[core][identity]") {
  // t = z + (z^3 + z) / 4 nu, and terms of 1 / nu^2 below 1e-9 (Abramowitz and Stegun 26.7.5).
  const double z = 1.959963984540054;
  CHECK(student_two_sided(0.95, 100'000) == Approx(z + (z * z * z + z) / 4e5).epsilon(1e-8));
  CHECK(std::isinf(student_two_sided(0.95, 0)));
}

}  // namespace
}  // namespace isoflop::testing::student_quantile_test
