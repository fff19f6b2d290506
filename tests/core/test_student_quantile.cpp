#include "catch.hpp"
#include "isoflop/core/student_quantile.hpp"

namespace isoflop::testing::student_quantile_test {
namespace {

TEST_CASE("student_quantile: it is that of the printed tables", "[core][published]") {
  // Abramowitz and Stegun 1964, Table 26.10, A = .95 (two-sided), to the three printed decimals.
  const std::pair<std::size_t, double> table[] = {{1, 12.706}, {2, 4.303},  {3, 3.182},
                                                  {5, 2.571},  {10, 2.228}, {30, 2.042},
                                                  {60, 2.000}, {120, 1.980}};
  for (const auto& [degrees, t] : table) {
    CAPTURE(degrees);
    CHECK(student_quantile(0.975, degrees) == Approx(t).margin(5e-4));
  }
}

TEST_CASE("student_quantile: exact sums and the expansion meet", "[core][identity]") {
  const double summed = student_quantile(0.975, 200), expanded = student_quantile(0.975, 201);
  CHECK(summed > expanded);
  CHECK(summed - expanded < 1e-4);
  CHECK(student_within(expanded, 201) == Approx(0.95).margin(1e-7));
}

TEST_CASE("student_quantile: it is odd about one half and nothing without freedom",
          "[core][identity]") {
  CHECK(student_quantile(0.1, 7) == Approx(-student_quantile(0.9, 7)));
  CHECK(std::isnan(student_quantile(0.975, 0)));
}

}  // namespace
}  // namespace isoflop::testing::student_quantile_test
