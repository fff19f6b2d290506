#include <cmath>
#include <limits>

#include "catch.hpp"
#include "cuda/kernels/activation_math.hpp"
#include "within.hpp"

namespace activation_math_test {

using namespace isoflop;
using namespace isoflop::bench;
using isoflop::testing::within;

namespace {

constexpr Activation kAll[] = {Activation::kSwiGlu, Activation::kGelu, Activation::kRelu};

}  // namespace

TEST_CASE("activation: SiLU and GELU take their known values", "[bench][published]") {
  // x / (1 + exp(-x)) and x Phi(x) with Phi(1) = 0.841344746068543 (Abramowitz and Stegun, table
  // 26.1), to all digits that a double keeps.
  CHECK(activation_value(Activation::kSwiGlu, 1.0) == Approx(0.731058578630004879).epsilon(1e-15));
  CHECK(activation_value(Activation::kGelu, 1.0) == Approx(0.841344746068542949).epsilon(1e-15));
  CHECK(activation_value(Activation::kGelu, -1.0) == Approx(-0.158655253931457051).epsilon(1e-14));
  CHECK(activation_value(Activation::kRelu, -1.0) == 0.0);
  CHECK(activation_value(Activation::kRelu, 3.0) == 3.0);
}

TEST_CASE("activation: derivatives are those of the values", "[bench][derivative]") {
  for (const Activation activation : kAll) {
    for (double x = -9.05; x < 9.1; x += 0.3) {  // not 0, where ReLU has a corner
      const double step = 1e-5;
      const double slope =
          (activation_value(activation, x + step) - activation_value(activation, x - step)) /
          (2.0 * step);
      // Central differences: step^2 / 6 times a third derivative below 2, and rounding 1e-16 9 /
      // step.
      CHECK(activation_derivative(activation, x) == within(slope, 3e-10));
    }
  }
}

TEST_CASE("activation: floats agree with doubles to their rounding", "[bench][identity]") {
  for (const Activation activation : kAll) {
    for (float x = -12.0f; x <= 12.0f; x += 0.125f) {
      const double exact = activation_value(activation, static_cast<double>(x));
      const double slope = activation_derivative(activation, static_cast<double>(x));
      // Some units of the last place of x, for 1 + erf cancels on the left.
      const double margin = 4.0 * static_cast<double>(std::numeric_limits<float>::epsilon()) *
                            (1.0 + std::abs(static_cast<double>(x)));
      CHECK(static_cast<double>(activation_value(activation, x)) == within(exact, margin));
      CHECK(static_cast<double>(activation_derivative(activation, x)) == within(slope, margin));
    }
  }
}

TEST_CASE("activation: far tails stay finite", "[bench][identity]") {
  for (const Activation activation : kAll) {
    for (const float x : {-3e38f, -200.0f, 200.0f, 1e30f}) {
      CHECK(std::isfinite(activation_value(activation, x)));
      CHECK(std::isfinite(activation_derivative(activation, x)));
      CHECK(activation_value(activation, x) == (x > 0.0f ? x : 0.0f));
    }
  }
}

}  // namespace activation_math_test
