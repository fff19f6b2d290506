#include <algorithm>
#include <cmath>
#include <limits>

#include "catch.hpp"
#include "isoflop/core/batch.hpp"

namespace isoflop::batch_test {
namespace {

Batch ramp(double start, double step) {
  Batch x;
  for (int lane = 0; lane < Batch::kWidth; ++lane) x.lanes[lane] = start + step * lane;
  return x;
}

/// Whether every lane of `batch` is what `one` gives for the lanes of x and y, to the bit.
template <class F>
bool is_lanewise(const Batch& batch, const Batch& x, const Batch& y, F one) {
  for (int lane = 0; lane < Batch::kWidth; ++lane) {
    if (batch.lanes[lane] != one(x.lanes[lane], y.lanes[lane])) return false;
  }
  return true;
}

TEST_CASE("Batch: arithmetic is that of doubles lane by lane", "[core][identity]") {
  const Batch x = ramp(0.3, 0.7), y = ramp(5.1, -0.9);
  CHECK(is_lanewise(x + y, x, y, [](double a, double b) { return a + b; }));
  CHECK(is_lanewise(x - y, x, y, [](double a, double b) { return a - b; }));
  CHECK(is_lanewise(x * y, x, y, [](double a, double b) { return a * b; }));
  CHECK(is_lanewise(x / y, x, y, [](double a, double b) { return a / b; }));
  CHECK(is_lanewise(-x, x, y, [](double a, double) { return -a; }));
  CHECK(is_lanewise(max(x, y), x, y, [](double a, double b) { return std::max(a, b); }));
}

TEST_CASE("Batch: square roots and sizes are those of doubles lane by lane", "[core][identity]") {
  const Batch x = ramp(-1.4, 0.5);
  Batch y = ramp(0.0, 3.7);
  y.lanes[7] = std::numeric_limits<double>::infinity();
  CHECK(is_lanewise(abs(x), x, y, [](double a, double) { return std::abs(a); }));
  CHECK(is_lanewise(sqrt(y), x, y, [](double, double b) { return std::sqrt(b); }));
  const Batch tangent = tanh(x);
  for (int lane = 0; lane < Batch::kWidth; ++lane) {
    // Versions of Eigen may have a vector function that is off in the last places.
    CHECK(tangent.lanes[lane] == Approx(std::tanh(x.lanes[lane])).epsilon(1e-14));
  }
}

TEST_CASE("Batch: where_positive chooses each lane by the sign of its test", "[core][identity]") {
  Batch test = ramp(-1.0, 0.5);  // 0 in the third lane
  const Batch x = ramp(10.0, 1.0), y = ramp(-10.0, 1.0);
  test.lanes[7] = std::numeric_limits<double>::quiet_NaN();
  const Batch chosen = where_positive(test, x, y);
  for (int lane = 0; lane < Batch::kWidth; ++lane) {
    CAPTURE(lane);
    CHECK(chosen.lanes[lane] == (lane >= 3 && lane < 7 ? x : y).lanes[lane]);
    CHECK(where_positive(test.lanes[lane], x.lanes[lane], y.lanes[lane]) == chosen.lanes[lane]);
  }
}

TEST_CASE("Batch: a plain number stands for eight equal lanes", "[core][identity]") {
  const Batch x = ramp(1.0, 0.25);
  CHECK(is_lanewise(2.0 * x + 1.5, x, x, [](double a, double) { return 2.0 * a + 1.5; }));
}

TEST_CASE("Batch: exp and log are those of doubles", "[core][identity]") {
  const Batch x = ramp(-300.0, 85.0), y = ramp(1e-3, 1e3);
  const Batch exponential = exp(x), logarithm = log(y);
  for (int lane = 0; lane < Batch::kWidth; ++lane) {
    CAPTURE(lane);
    // The vector functions of Eigen are exact to two units in the last place.
    CHECK(exponential.lanes[lane] == Approx(std::exp(x.lanes[lane])).epsilon(5e-16));
    CHECK(logarithm.lanes[lane] == Approx(std::log(y.lanes[lane])).epsilon(5e-16));
  }
}

}  // namespace
}  // namespace isoflop::batch_test
