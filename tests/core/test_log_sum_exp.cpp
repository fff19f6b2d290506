#include <ceres/jet.h>

#include <array>
#include <cmath>
#include <limits>

#include "catch.hpp"
#include "isoflop/core/batch.hpp"
#include "isoflop/core/dual.hpp"
#include "isoflop/core/log_sum_exp.hpp"

namespace isoflop::log_sum_exp_test {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();
// A result is one logarithm and one sum away from its inputs: a few roundings.
constexpr double kRounding = 4e-16;

TEST_CASE("log_sum_exp: moderate terms give the plain formula", "[core][identity]") {
  CHECK(log_sum_exp(0.3, -1.2, 2.5) ==
        Approx(std::log(std::exp(0.3) + std::exp(-1.2) + std::exp(2.5))).epsilon(kRounding));
}

TEST_CASE("log_sum_exp: one term is itself", "[core][identity]") {
  CHECK(log_sum_exp(-0.7) == -0.7);
}

TEST_CASE("log_sum_exp: terms beyond the range of exp do not overflow", "[core][identity]") {
  CHECK(log_sum_exp(1000.0, 1000.0) == Approx(1000.0 + std::log(2.0)).epsilon(kRounding));
  CHECK(log_sum_exp(3.0, 1e6) == 1e6);
}

TEST_CASE("log_sum_exp: terms below the range of exp do not vanish", "[core][identity]") {
  CHECK(log_sum_exp(-1000.0, -1000.0) == Approx(-1000.0 + std::log(2.0)).epsilon(kRounding));
}

TEST_CASE("log_sum_exp: a term of minus infinity adds nothing", "[core][identity]") {
  CHECK(log_sum_exp(-kInfinity, 1.5) == 1.5);
  CHECK(log_sum_exp(0.0, -kInfinity, 0.0) == Approx(std::log(2.0)).epsilon(kRounding));
}

TEST_CASE("log_sum_exp: plain numbers stand next to numbers with derivatives",
          "[core][derivative]") {
  const double x = 0.4, y = 1.1;
  // d/dx ln(e^x + e^y) is the share of e^x.
  const double share = std::exp(x) / (std::exp(x) + std::exp(y));
  const auto dual = log_sum_exp(y, dual_parameter<0, 2>(x));
  CHECK(dual.value == Approx(log_sum_exp(x, y)).epsilon(kRounding));
  CHECK(dual.first<0>() == Approx(share).epsilon(1e-15));
  CHECK(dual.second<0, 0>() == Approx(share * (1.0 - share)).epsilon(1e-15));
  const auto jet = log_sum_exp(ceres::Jet<double, 1>(x, 0), y);
  CHECK(jet.a == Approx(log_sum_exp(x, y)).epsilon(kRounding));
  CHECK(jet.v[0] == Approx(share).epsilon(1e-15));
}

TEST_CASE("log_sum_exp: the shares of all terms sum to one", "[core][derivative]") {
  const auto [p, q, r] = dual_parameters<1>(std::array{900.0, 899.0, 0.0});
  const auto y = log_sum_exp(p, q, r);
  CHECK(y.first<0>() + y.first<1>() + y.first<2>() == Approx(1.0).epsilon(1e-15));
  CHECK(y.first<0>() == Approx(1.0 / (1.0 + std::exp(-1.0))).epsilon(1e-15));
}

TEST_CASE("log_sum_exp: every lane of a batch agrees with plain numbers", "[core][identity]") {
  Batch a(0.0), b(0.0);
  for (int i = 0; i < Batch::kWidth; ++i) {
    a.lanes[i] = 80.0 * i - 300.0;
    b.lanes[i] = 1.5 - i;
  }
  const Batch sum = log_sum_exp(a, b);
  for (int i = 0; i < Batch::kWidth; ++i) {
    CAPTURE(i);
    CHECK(sum.lanes[i] == Approx(log_sum_exp(a.lanes[i], b.lanes[i])).epsilon(1e-14).margin(1e-14));
  }
}

}  // namespace
}  // namespace isoflop::log_sum_exp_test
