#include <ceres/jet.h>

#include <array>

#include "catch.hpp"
#include "isoflop/core/positive_part.hpp"

namespace isoflop::positive_part_test {
namespace {

TEST_CASE("positive_part: numbers above zero stay and others become zero", "[core][identity]") {
  CHECK(positive_part(2.5) == 2.5);
  CHECK(positive_part(0.0) == 0.0);
  CHECK(positive_part(-2.5) == 0.0);
}

TEST_CASE("positive_part: every lane of a batch is cut on its own", "[core][identity]") {
  Batch x(0.0);
  for (int lane = 0; lane < Batch::kWidth; ++lane) x.lanes[lane] = lane - 3.5;
  const Batch cut = positive_part(x);
  for (int lane = 0; lane < Batch::kWidth; ++lane) {
    CHECK(cut.lanes[lane] == positive_part(lane - 3.5));
  }
}

/// Value, slopes and curvatures of positive_part(p q) with p = `at` and q = 2.
template <class F>
void check_derivatives(double at, const F& expected) {
  const auto [p, q] = dual_parameters<2>(std::array{at, 2.0});
  const auto cut = positive_part(p * q), plain = expected(p * q);
  CHECK(cut.value == plain.value);
  CHECK(cut.template first<0>() == plain.template first<0>());
  CHECK(cut.template first<1>() == plain.template first<1>());
  CHECK(cut.template second<0, 0>() == plain.template second<0, 0>());
  CHECK(cut.template second<1, 0>() == plain.template second<1, 0>());
  CHECK(cut.template second<1, 1>() == plain.template second<1, 1>());
}

TEST_CASE("positive_part: a Dual above zero keeps its derivatives", "[core][derivative]") {
  check_derivatives(1.5, [](const auto& x) { return x; });
}

TEST_CASE("positive_part: a Dual at or below zero has none", "[core][derivative]") {
  for (const double at : {-1.5, 0.0}) {
    check_derivatives(at, [](const auto& x) { return x * 0.0; });
  }
}

TEST_CASE("positive_part: lanes of a Dual keep or lose their derivatives one by one",
          "[core][derivative]") {
  Batch x(1.0);
  x.lanes[0] = -1.0;
  const auto p = dual_parameter<0, 2>(x);
  const auto cut = positive_part(p * p * p);
  CHECK(cut.first<0>().lanes[0] == 0.0);
  CHECK(cut.second<0, 0>().lanes[0] == 0.0);
  for (int lane = 1; lane < Batch::kWidth; ++lane) {
    CHECK(cut.first<0>().lanes[lane] == 3.0);
    CHECK(cut.second<0, 0>().lanes[lane] == 6.0);
  }
}

TEST_CASE("positive_part: a Jet keeps its slopes above zero and loses them below",
          "[core][derivative]") {
  using Jet = ceres::Jet<double, 1>;
  CHECK(positive_part(Jet(2.0, 0)).a == 2.0);
  CHECK(positive_part(Jet(2.0, 0)).v[0] == 1.0);
  CHECK(positive_part(Jet(-2.0, 0)).a == 0.0);
  CHECK(positive_part(Jet(-2.0, 0)).v[0] == 0.0);
}

}  // namespace
}  // namespace isoflop::positive_part_test
