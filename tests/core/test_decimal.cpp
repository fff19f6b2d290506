#include <cmath>
#include <cstring>
#include <limits>

#include "catch.hpp"
#include "isoflop/core/decimal.hpp"
#include "isoflop/core/random.hpp"

namespace isoflop::decimal_test {
namespace {

/// Doubles of every size, half of them of few digits.
double some_double(Random& random, int i) {
  const double few = static_cast<double>(random.below(100'000));
  if (i % 2 == 0) return few * std::pow(10.0, static_cast<double>(random.below(40)) - 20.0);
  return std::ldexp(random.uniform(), static_cast<int>(random.below(2000)) - 1000);
}

TEST_CASE("decimal: what the C library writes and reads is what charconv does",
          "[core][identity]") {
  Random random(1);
  for (int i = 0; i < 20'000; ++i) {
    const double x = some_double(random, i);
    const std::string text = shortest_decimal(x);
    CHECK(detail::shortest_by_printf(x) == text);
    double read = 0.0, read_here = 0.0;
    CHECK(detail::read_by_strtod(text, read).length == text.size());
    CHECK(read_decimal(text, read_here).length == text.size());
    CHECK(read == x);
    CHECK(read_here == x);
  }
}

TEST_CASE("decimal: both readers refuse the same texts", "[core][refusal]") {
  for (const char* text : {"", " 1", "+1", "-", "e5", "x", "1e999", "0x10", "1e", "-.5", "1..2"}) {
    CAPTURE(text);
    double a = 7.0, b = 7.0;
    const DecimalRead here = read_decimal(text, a), there = detail::read_by_strtod(text, b);
    CHECK(here.length == there.length);
    CHECK(here.fault == there.fault);
    CHECK(a == b);
  }
}

TEST_CASE("decimal: printf's notations have a point", "[core][format]") {
  CHECK(general_decimal(2.5, 6) == "2.5");
  CHECK(general_decimal(1e21, 6) == "1e+21");
  CHECK(scientific_decimal(999999.0, 3) == "1.000e+06");
  CHECK(shortest_decimal(std::numeric_limits<double>::infinity()) == "inf");
}

}  // namespace
}  // namespace isoflop::decimal_test
