#include <ceres/jet.h>

#include <array>
#include <cmath>
#include <tuple>

#include "catch.hpp"
#include "isoflop/core/batch.hpp"
#include "isoflop/core/dual.hpp"
#include "within.hpp"

namespace isoflop::dual_test {
namespace {

using testing::within;

constexpr std::size_t kP = 4;
using Point = std::array<double, kP>;
using Jet = ceres::Jet<double, static_cast<int>(kP)>;
constexpr Point kAt{0.7, 1.3, 2.1, 0.4};

struct Derivatives {
  double value = 0.0;
  std::array<double, kP> first{};
  std::array<std::array<double, kP>, kP> second{};
};

/// Reads every derivative of a Dual, also those that it does not store.
template <class D>
Derivatives derivatives_of(const D& y) {
  Derivatives out;
  out.value = y.value;
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    ((out.first[I] = y.template first<I>()), ...);
    auto row = [&]<std::size_t R, std::size_t... J>(std::integral_constant<std::size_t, R>,
                                                    std::index_sequence<J...>) {
      ((out.second[R][J] = out.second[J][R] = y.template second<R, J>()), ...);
    };
    (row(std::integral_constant<std::size_t, I>{}, std::make_index_sequence<I + 1>{}), ...);
  }
  (std::make_index_sequence<kP>{});
  return out;
}

template <class F>
Jet with_jets(const F& f, const Point& at) {
  std::array<Jet, kP> p;
  for (std::size_t i = 0; i < kP; ++i) p[i] = Jet(at[i], static_cast<int>(i));
  return std::apply(f, p);
}

/// Value and first derivatives against ceres::Jet and finite differences of doubles, second
/// derivatives against finite differences of the Jet's first ones.
template <class F>
void check_derivatives(const F& f) {
  const Derivatives of_order_1 = derivatives_of(std::apply(f, dual_parameters<1>(kAt)));
  const Derivatives of_order_2 = derivatives_of(std::apply(f, dual_parameters<2>(kAt)));
  const Jet jet = with_jets(f, kAt);
  // Two programs for the same mathematics differ by a few roundings of values below 100.
  constexpr double kRounding = 1e-13;
  // Central differences at step h: truncation h^2 times a third derivative below 1e3, plus rounding
  // 1e-16 / h times a value below 100.
  constexpr double kStep = 1e-5, kDifference = 1e-6;
  CHECK(of_order_1.value == within(jet.a, kRounding));
  CHECK(of_order_2.value == of_order_1.value);
  for (std::size_t i = 0; i < kP; ++i) {
    CAPTURE(i);
    const double slope = jet.v[static_cast<Eigen::Index>(i)];
    CHECK(of_order_1.first[i] == within(slope, kRounding));
    CHECK(of_order_2.first[i] == of_order_1.first[i]);
    Point up = kAt, down = kAt;
    up[i] += kStep;
    down[i] -= kStep;
    const double difference = (std::apply(f, up) - std::apply(f, down)) / (2.0 * kStep);
    CHECK(of_order_1.first[i] == within(difference, kDifference));
    const Jet above = with_jets(f, up), below = with_jets(f, down);
    for (std::size_t j = 0; j < kP; ++j) {
      CAPTURE(j);
      const auto at = static_cast<Eigen::Index>(j);
      const double curvature = (above.v[at] - below.v[at]) / (2.0 * kStep);
      CHECK(of_order_2.second[i][j] == within(curvature, kDifference));
    }
  }
}

TEST_CASE("Dual: sums and differences have exact derivatives", "[core][derivative]") {
  check_derivatives([](auto p, auto q, auto r, auto s) { return p - q + (r - (s + p)); });
}

TEST_CASE("Dual: products of linear numbers have exact derivatives", "[core][derivative]") {
  check_derivatives([](auto p, auto q, auto, auto s) { return p * q + s * s - q * s; });
}

TEST_CASE("Dual: products of curved numbers have exact derivatives", "[core][derivative]") {
  check_derivatives([](auto p, auto q, auto r, auto s) { return (p * q) * (r * s) * (p * p); });
}

TEST_CASE("Dual: exp of linear and curved numbers has exact derivatives", "[core][derivative]") {
  check_derivatives([](auto p, auto q, auto r, auto) {
    using std::exp;
    return exp(p - q) + exp(p * r) + exp(exp(q * 0.5));
  });
}

TEST_CASE("Dual: log of linear and curved numbers has exact derivatives", "[core][derivative]") {
  check_derivatives([](auto p, auto q, auto r, auto s) {
    using std::log;
    return log(p + r) + log(q * r + s) + log(log(r * r + 3.0));
  });
}

TEST_CASE("Dual: quotients have exact derivatives", "[core][derivative]") {
  check_derivatives([](auto p, auto q, auto r, auto s) { return p / q + (p * r) / (q * s + 1.0); });
}

TEST_CASE("Dual: quotients with plain numbers have exact derivatives", "[core][derivative]") {
  check_derivatives([](auto p, auto q, auto, auto s) { return (p * q) / 3.0 + 2.0 / (q + s * s); });
}

TEST_CASE("Dual: a quotient by a plain number stays linear", "[core][identity]") {
  const auto [p, q, r, s] = dual_parameters<2>(kAt);
  CHECK((p / 2.0 - q).kLinear);
  CHECK_FALSE((2.0 / p).kLinear);
}

TEST_CASE("Dual: plain numbers mix in from either side", "[core][derivative]") {
  check_derivatives([](auto p, auto q, auto r, auto s) {
    return (2.0 - p * q) * 3.0 + 0.5 * (r - 1.0) + (1.0 + s) - (-r) * s;
  });
}

TEST_CASE("Dual: a formula with every operation has exact derivatives", "[core][derivative]") {
  check_derivatives([](auto p, auto q, auto r, auto s) {
    using std::exp;
    using std::log;
    return log(exp(p - q * 1.7) + exp(r - s * 0.3) + exp(-r)) * p + exp(q) * (s - 2.0);
  });
}

TEST_CASE("Dual: a derivative that is not stored reads as zero", "[core][identity]") {
  const auto [p, q, r, s] = dual_parameters<2>(kAt);
  const auto y = p * r;
  CHECK(y.kSize == 2);
  CHECK(y.first<1>() == 0.0);
  CHECK(y.second<3, 0>() == 0.0);
  CHECK(y.second<2, 0>() == 1.0);
}

TEST_CASE("Dual: sums of parameters stay linear and store no second derivative",
          "[core][identity]") {
  const auto [p, q, r, s] = dual_parameters<2>(kAt);
  const auto linear = 2.0 * p - q + 1.0;
  CHECK(linear.kLinear);
  CHECK(linear.kPairs == 0);
  const auto curved = linear * r;
  CHECK_FALSE(curved.kLinear);
  CHECK(curved.kPairs == 6);  // three parameters: a triangle of 3 * 4 / 2
}

TEST_CASE("Dual: every lane of a batch has the derivatives of its own number",
          "[core][derivative]") {
  const auto formula = [](const auto& p, const auto& q) {
    using std::exp;
    using std::log;
    return log(exp(p) + exp(q * 0.8)) * p;
  };
  std::array<Batch, 2> lanes{Batch(0.3), Batch(0.9)};
  for (int lane = 0; lane < Batch::kWidth; ++lane) lanes[0].lanes[lane] += 0.2 * lane;
  const auto batch = std::apply(formula, dual_parameters<2>(lanes));
  for (int lane = 0; lane < Batch::kWidth; ++lane) {
    CAPTURE(lane);
    const std::array<double, 2> at{lanes[0].lanes[lane], lanes[1].lanes[lane]};
    const auto one = std::apply(formula, dual_parameters<2>(at));
    // The vector exp and log of Eigen may differ from the scalar ones in the last bits of terms
    // of order 1.
    constexpr double kRounding = 1e-14;
    CHECK(batch.value.lanes[lane] == within(one.value, kRounding));
    CHECK(batch.first<0>().lanes[lane] == within(one.first<0>(), kRounding));
    CHECK(batch.first<1>().lanes[lane] == within(one.first<1>(), kRounding));
    CHECK(batch.second<0, 0>().lanes[lane] == within(one.second<0, 0>(), kRounding));
    CHECK(batch.second<1, 0>().lanes[lane] == within(one.second<1, 0>(), kRounding));
    CHECK(batch.second<1, 1>().lanes[lane] == within(one.second<1, 1>(), kRounding));
  }
}

}  // namespace
}  // namespace isoflop::dual_test
