#include <cmath>
#include <numbers>

#include "catch.hpp"
#include "isoflop/core/root.hpp"

namespace isoflop::root_test {
namespace {

// The last few digits of a double, as the header promises.
constexpr double kLastDigits = 1e-15;

TEST_CASE("bracketed_root: smooth functions give their known roots", "[core][identity]") {
  CHECK(bracketed_root([](double x) { return x * x - 2.0; }, 0.0, 2.0) ==
        Approx(std::numbers::sqrt2).epsilon(kLastDigits));
  CHECK(bracketed_root([](double x) { return std::exp(x) - 5.0; }, -10.0, 10.0) ==
        Approx(std::log(5.0)).epsilon(kLastDigits));
  // The fixed point of the cosine: OEIS A003957.
  CHECK(bracketed_root([](double x) { return std::cos(x) - x; }, 0.0, 1.0) ==
        Approx(0.739085133215160641655).epsilon(kLastDigits));
}

TEST_CASE("bracketed_root: falling functions give their roots as well", "[core][identity]") {
  CHECK(bracketed_root([](double x) { return 1.0 / x - 1e6; }, 1e-12, 1.0) ==
        Approx(1e-6).epsilon(kLastDigits));
}

TEST_CASE("bracketed_root: a root of higher order is found by bisection", "[core][identity]") {
  CHECK(bracketed_root([](double x) { return (x - 1.0) * (x - 1.0) * (x - 1.0); }, 0.0, 3.0) ==
        Approx(1.0).epsilon(kLastDigits));
}

TEST_CASE("bracketed_root: a jump through zero is located", "[core][identity]") {
  CHECK(bracketed_root([](double x) { return x < 0.3 ? -1.0 : 1.0; }, 0.0, 1.0) ==
        Approx(0.3).epsilon(kLastDigits));
}

TEST_CASE("bracketed_root: tiny values of the function do not end the search early",
          "[core][identity]") {
  CHECK(bracketed_root([](double x) { return 1e-200 * (std::exp(x) - 2.0); }, 0.0, 1.0) ==
        Approx(std::log(2.0)).epsilon(kLastDigits));
}

TEST_CASE("bracketed_root: a root on an end of the bracket is that end", "[core][identity]") {
  CHECK(bracketed_root([](double x) { return x - 2.0; }, 2.0, 5.0) == 2.0);
  CHECK(bracketed_root([](double x) { return x - 5.0; }, 2.0, 5.0) == 5.0);
}

TEST_CASE("bracketed_root: without a change of sign the end nearer to zero is returned",
          "[core][identity]") {
  CHECK(bracketed_root([](double x) { return x + 1.0; }, 0.0, 5.0) == 0.0);
  CHECK(bracketed_root([](double x) { return x - 9.0; }, 0.0, 5.0) == 5.0);
}

TEST_CASE("bracketed_root: a smooth function takes far fewer calls than bisection",
          "[core][identity]") {
  int num_calls = 0;
  const auto f = [&](double x) {
    ++num_calls;
    return std::exp(x) - 5.0;
  };
  bracketed_root(f, -10.0, 10.0);
  // Bisection halves a bracket of 20 down to 1e-16 in log2(2e17) = 57 calls.
  CHECK(num_calls < 20);
}

}  // namespace
}  // namespace isoflop::root_test
