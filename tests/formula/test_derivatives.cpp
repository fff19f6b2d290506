// The derivatives that a formula gives on every scalar.
#include <ceres/jet.h>

#include <array>
#include <cmath>
#include <string>
#include <tuple>
#include <vector>

#include "catch.hpp"
#include "isoflop/formula/formula.hpp"
#include "within.hpp"

namespace isoflop::derivatives_test {
namespace {

using testing::within;

constexpr std::size_t kP = 4;
using Point = std::array<double, kP>;
using Jet = ceres::Jet<double, static_cast<int>(kP)>;
constexpr Point kAt{0.7, 1.3, 2.1, 0.4};
const std::array<double, 2> kLogs{std::log(5.0), std::log(0.3)};

Formula formula(const std::string& expression) {
  return Formula(expression, {"N", "G"}, {"u", "v", "w", "y"});
}

/// One for every step of a formula and for the ways in which they meet.
const std::vector<std::string> kExpressions{
    "u",
    "u - v + (w - (y + u))",
    "u*v + y*y - v*y",
    "(u*v)*(w*y)*(u*u)",
    "u/v + 1/w - N/y",
    "(u + v)/(w*y + 1)",
    "-(u*v) - -w",
    "exp(u - v) + exp(u*w) + exp(exp(v*0.5))",
    "log(u + w) + log(v*w + y) + ln(log(w*w + 3))",
    "log2(u*v) + log10(w)",
    "sqrt(u) + sqrt(v*w + y)",
    "tanh(u) + tanh(v*y - 1)",
    "abs(u - v) + abs(v - u)*w",
    "min(u, v)*w + max(u*v, w*y) + max(N, u) + min(2, y)",
    "u^2 + (v - w)^3 + (v - w)^-2 + y^-1 + (u*v)^7",
    "N^-u + v*N^-w + y/N^u",
    "u^v + (w*y)^(u + v) + 2^y + u^1.5",
    "((u/N)^(v/w) + y/G)^w",
    "u*log(N) + v*log(G)*log(N) + w*sqrt(G) + y",
    "(u + v*G^-w)*N^-y",
};

/// All parameters at once, in the order of Dual's pairs.
template <int Order>
auto tracked(const Formula& f, const Point& at) {
  return f(dual_parameters<Order>(at), kLogs);
}

TEST_CASE("Formula: first and second derivatives agree with finite differences",
          "[formula][derivative]") {
  for (const std::string& expression : kExpressions) {
    CAPTURE(expression);
    const Formula f = formula(expression);
    const auto of_order_1 = tracked<1>(f, kAt);
    const auto of_order_2 = tracked<2>(f, kAt);
    // Central differences at step h: truncation h^2 times a third derivative below 1e4, and
    // rounding 1e-16 / h times a value below 1e4.
    constexpr double kStep = 1e-5, kDifference = 2e-6;
    CHECK(of_order_1.value == Approx(f(kAt, kLogs)).epsilon(1e-15));
    CHECK(of_order_2.value == of_order_1.value);
    for (std::size_t i = 0; i < kP; ++i) {
      CAPTURE(i);
      Point up = kAt, down = kAt;
      up[i] += kStep;
      down[i] -= kStep;
      const double slope = (f(up, kLogs) - f(down, kLogs)) / (2.0 * kStep);
      CHECK(of_order_1.grad[i] == within(slope, kDifference));
      CHECK(of_order_2.grad[i] == of_order_1.grad[i]);
      const auto above = tracked<1>(f, up), below = tracked<1>(f, down);
      for (std::size_t j = 0; j <= i; ++j) {
        CAPTURE(j);
        const double curvature = (above.grad[j] - below.grad[j]) / (2.0 * kStep);
        const double exact = of_order_2.hess[detail::pair_index(i, j)];
        CHECK(exact == within(curvature, kDifference));
      }
    }
  }
}

TEST_CASE("Formula: derivatives hold for coefficients that are functions of parameters",
          "[formula][derivative]") {
  // exp of a parameter, as a coefficient on a logarithmic axis is: compare with exp in the text.
  for (const std::string& expression : kExpressions) {
    CAPTURE(expression);
    std::string inside = expression;
    for (std::size_t at = 0; (at = inside.find('v', at)) != std::string::npos; at += 6) {
      inside.replace(at, 1, "exp(v)");
    }
    const auto [u, v, w, y] = dual_parameters<2>(kAt);
    const auto outer = formula(expression)(std::make_tuple(u, exp(v), w, y), kLogs);
    const auto inner = tracked<2>(formula(inside), kAt);
    // The same mathematics in another order of up to a hundred operations.
    CHECK(outer.value == Approx(inner.value).epsilon(1e-13));
    for (std::size_t i = 0; i < outer.grad.size(); ++i) {
      CHECK(outer.grad[i] == Approx(inner.grad[i]).epsilon(1e-12).margin(1e-12));
    }
    for (std::size_t i = 0; i < outer.hess.size(); ++i) {
      CHECK(outer.hess[i] == Approx(inner.hess[i]).epsilon(1e-12).margin(1e-12));
    }
  }
}

TEST_CASE("Formula: Ceres's own derivatives are the same", "[formula][derivative]") {
  for (const std::string& expression : kExpressions) {
    CAPTURE(expression);
    const Formula f = formula(expression);
    std::array<Jet, kP> jets;
    for (std::size_t i = 0; i < kP; ++i) jets[i] = Jet(kAt[i], static_cast<int>(i));
    const Jet by_jets = f(jets, kLogs);
    const auto exact = tracked<1>(f, kAt);
    CHECK(by_jets.a == Approx(exact.value).epsilon(1e-14));
    for (std::size_t i = 0; i < kP; ++i) {
      CHECK(by_jets.v[static_cast<Eigen::Index>(i)] ==
            Approx(exact.grad[i]).epsilon(1e-13).margin(1e-13));
    }
  }
}

TEST_CASE("Formula: derivatives by the logarithm of a variable agree with finite differences",
          "[formula][derivative]") {
  for (const std::string& expression : kExpressions) {
    CAPTURE(expression);
    const Formula f = formula(expression);
    // ln N is parameter 0, and ln G moves against it, as tokens do along a budget.
    const auto n = dual_parameter<0, 1>(kLogs[0]);
    const auto g = kLogs[1] - 0.5 * n + 0.5 * kLogs[0];
    const auto along = f(kAt, std::make_tuple(n, g));
    const auto at_n_alone = f(kAt, std::make_tuple(n, kLogs[1]));
    constexpr double kStep = 1e-5, kDifference = 1e-6;
    auto difference = [&](double by_n, double by_g) {
      const double up = f(kAt, std::array{kLogs[0] + by_n, kLogs[1] + by_g});
      const double down = f(kAt, std::array{kLogs[0] - by_n, kLogs[1] - by_g});
      return (up - down) / (2.0 * kStep);
    };
    CHECK(along.first<0>() == within(difference(kStep, -0.5 * kStep), kDifference));
    CHECK(at_n_alone.first<0>() == within(difference(kStep, 0.0), kDifference));
  }
}

TEST_CASE("Formula: derivatives by coefficients and a variable at once are those of each",
          "[formula][derivative]") {
  for (const std::string& expression : kExpressions) {
    CAPTURE(expression);
    const Formula f = formula(expression);
    const auto together =
        f(dual_parameters<2>(kAt), std::make_tuple(dual_parameter<kP, 2>(kLogs[0]), kLogs[1]));
    const auto coefficients = tracked<2>(f, kAt);
    const auto variable = f(kAt, std::make_tuple(dual_parameter<0, 2>(kLogs[0]), kLogs[1]));
    for (std::size_t i = 0; i < kP; ++i) {
      CHECK(together.grad[i] == Approx(coefficients.grad[i]).epsilon(1e-13).margin(1e-13));
    }
    for (std::size_t i = 0; i < coefficients.hess.size(); ++i) {
      CHECK(together.hess[i] == Approx(coefficients.hess[i]).epsilon(1e-13).margin(1e-12));
    }
    CHECK(together.first<kP>() == Approx(variable.first<0>()).epsilon(1e-13).margin(1e-13));
    const double curvature = variable.second<0, 0>();
    CHECK(together.second<kP, kP>() == Approx(curvature).epsilon(1e-13).margin(1e-12));
  }
}

TEST_CASE("Formula: every lane of a batch has the value and derivatives of its own run",
          "[formula][derivative]") {
  std::array<Batch, kP> values;
  for (std::size_t i = 0; i < kP; ++i) values[i] = Batch(kAt[i]);
  std::array<Batch, 2> logs;
  for (int lane = 0; lane < Batch::kWidth; ++lane) {
    logs[0].lanes[lane] = kLogs[0] - 0.3 * lane;  // on both sides of max(N, u)
    logs[1].lanes[lane] = kLogs[1] + 0.2 * lane;
  }
  for (const std::string& expression : kExpressions) {
    CAPTURE(expression);
    const Formula f = formula(expression);
    const auto batch = f(dual_parameters<2>(values), logs);
    const Batch plain = f(values, logs);
    for (int lane = 0; lane < Batch::kWidth; ++lane) {
      CAPTURE(lane);
      const std::array<double, 2> own{logs[0].lanes[lane], logs[1].lanes[lane]};
      const auto one = f(dual_parameters<2>(kAt), own);
      // Eigen's vector functions may differ from the scalar ones in the last bits.
      CHECK(plain.lanes[lane] == Approx(one.value).epsilon(1e-14));
      CHECK(batch.value.lanes[lane] == Approx(one.value).epsilon(1e-14));
      for (std::size_t i = 0; i < kP; ++i) {
        CHECK(batch.grad[i].lanes[lane] == Approx(one.grad[i]).epsilon(1e-13).margin(1e-13));
      }
      for (std::size_t i = 0; i < one.hess.size(); ++i) {
        CHECK(batch.hess[i].lanes[lane] == Approx(one.hess[i]).epsilon(1e-13).margin(1e-12));
      }
    }
  }
}

TEST_CASE("Formula: where both sides of max are equal its derivative is the mean of theirs",
          "[formula][derivative]") {
  const auto at_tie =
      formula("max(u, v) + abs(u - v)")(dual_parameters<1>(Point{2, 2, 0, 0}), kLogs);
  CHECK(at_tie.value == 2.0);
  CHECK(at_tie.first<0>() == 0.5);
  CHECK(at_tie.first<1>() == 0.5);
}

}  // namespace
}  // namespace isoflop::derivatives_test
