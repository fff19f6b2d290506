#include <algorithm>
#include <array>
#include <cmath>

#include "catch.hpp"
#include "isoflop/core/random.hpp"
#include "within.hpp"

namespace isoflop::random_test {
namespace {

using testing::within;

TEST_CASE("Random: seed 1 gives the same uniform numbers on every machine", "[core][identity]") {
  // The upper 53 bits of std::mt19937_64, which the C++ standard defines to the last bit.
  Random random(1);
  for (const double expected :
       {0x1.122deafddb434p-3, 0x1.175c928118c7cp-3, 0x1.ce0b479deb99p-2, 0x1.5876015e4d7p-6}) {
    CHECK(random.uniform() == expected);
  }
}

TEST_CASE("Random: seed 1 gives the same normal numbers on every machine", "[core][identity]") {
  Random random(1);
  for (const double expected :
       {0.35099249780849107, 1.0859449105047105, 0.78918877611049598, 1.0069829981942957}) {
    // The logarithm and cosine of another C library may differ in the last bit.
    CHECK(random.normal() == Approx(expected).epsilon(1e-15));
  }
}

TEST_CASE("Random: another seed gives another sequence", "[core][identity]") {
  CHECK(Random(1).uniform() != Random(2).uniform());
}

TEST_CASE("Random: uniform numbers stay in their interval and fill it", "[core][identity]") {
  constexpr int kCount = 100'000;
  Random random(3);
  double sum = 0.0, squares = 0.0, low = 1e9, high = -1e9;
  for (int i = 0; i < kCount; ++i) {
    const double x = random.uniform(-2.0, 4.0);
    low = std::min(low, x);
    high = std::max(high, x);
    sum += x;
    squares += x * x;
  }
  CHECK(low >= -2.0);
  CHECK(high < 4.0);
  // Ends, mean 1 and variance 36 / 12 of six units: five standard errors at this count.
  CHECK(low == within(-2.0, 1e-3));
  CHECK(high == within(4.0, 1e-3));
  CHECK(sum / kCount == within(1.0, 5.0 * std::sqrt(3.0 / kCount)));
  CHECK(squares / kCount - std::pow(sum / kCount, 2) == within(3.0, 0.05));
}

TEST_CASE("Random: normal numbers have the moments of a standard normal", "[core][identity]") {
  constexpr int kCount = 100'000;
  Random random(3);
  std::array<double, 5> moment{};
  for (int i = 0; i < kCount; ++i) {
    const double x = random.normal();
    for (int k = 1; k <= 4; ++k) moment[static_cast<std::size_t>(k)] += std::pow(x, k) / kCount;
  }
  // Five standard errors: the variances of x, x^2, x^3, x^4 are 1, 2, 15, 96.
  CHECK(moment[1] == within(0.0, 5.0 * std::sqrt(1.0 / kCount)));
  CHECK(moment[2] == within(1.0, 5.0 * std::sqrt(2.0 / kCount)));
  CHECK(moment[3] == within(0.0, 5.0 * std::sqrt(15.0 / kCount)));
  CHECK(moment[4] == within(3.0, 5.0 * std::sqrt(96.0 / kCount)));
}

}  // namespace
}  // namespace isoflop::random_test
