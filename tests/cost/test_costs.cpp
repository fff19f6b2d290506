#include <cmath>

#include "catch.hpp"
#include "isoflop/core/dual.hpp"
#include "isoflop/core/model_shape_rule.hpp"
#include "isoflop/cost/paper_flops.hpp"
#include "isoflop/cost/six_nd.hpp"
#include "within.hpp"

namespace isoflop::costs_test {
namespace {

using testing::within;

// A handful of roundings of logarithms of up to 30.
constexpr double kRounding = 1e-14;

/// F / D = (12 d^2 c_f + d E G c_r) n_blocks as printed, d from N_active = 12 d^3 / 64.
double printed_flops_per_token(double n_active, double expansion, double granularity, double c_f,
                               double c_r) {
  const double d = std::cbrt(n_active * 64.0 / 12.0);
  return (12.0 * d * d * c_f + d * expansion * granularity * c_r) * d / 64.0;
}

TEST_CASE("total_per_active: the factors of the paper are 43 and 11", "[cost][published]") {
  // Krajewski, Ludziejewski et al. 2024, arXiv 2402.07871: (8 E + 4) / 12 at E = 64 and 16.
  CHECK(total_per_active(64.0) == 43.0);
  CHECK(total_per_active(16.0) == 11.0);
  CHECK(total_per_active(1.0) == 1.0);
}

TEST_CASE("ModelShapeRule: width and depth give back the active parameters", "[cost][identity]") {
  const ModelShapeRule shape;
  for (const double n_active : {49152.0, 1e9, 1e12}) {
    const double d = shape.d_model(n_active), blocks = shape.n_blocks(n_active);
    CHECK(d == Approx(64.0 * blocks).epsilon(kRounding));
    CHECK(12.0 * d * d * blocks == Approx(n_active).epsilon(kRounding));
  }
}

TEST_CASE("ModelShapeRule: the smallest model has one block", "[cost][identity]") {
  for (const double ratio : {64.0, 128.0}) {
    const ModelShapeRule shape{ratio};
    CHECK(shape.n_blocks(shape.smallest_n_active()) == Approx(1.0).epsilon(kRounding));
    CHECK(shape.d_model(shape.smallest_n_active()) == Approx(ratio).epsilon(kRounding));
  }
}

TEST_CASE("SixNd: a token costs six FLOPs per active parameter at any granularity",
          "[cost][identity]") {
  const SixNd cost;
  CHECK(std::exp(cost.log_cost_per_token(std::log(7e9), 0.0)) ==
        Approx(6.0 * 7e9).epsilon(kRounding));
  CHECK(cost.log_cost_per_token(std::log(7e9), std::log(64.0)) ==
        cost.log_cost_per_token(std::log(7e9), 0.0));
  CHECK(cost.router_share(std::log(7e9), std::log(64.0)) == 0.0);
}

TEST_CASE("PaperFlops: a token costs what the printed formula says", "[cost][identity]") {
  for (const double expansion : {16.0, 64.0}) {
    for (const double g : {1.0, 8.0, 64.0}) {
      const PaperFlops cost{expansion, 6.0, 14.0, {}};
      CHECK(std::exp(cost.log_cost_per_token(std::log(2.5e9), std::log(g))) ==
            Approx(printed_flops_per_token(2.5e9, expansion, g, 6.0, 14.0)).epsilon(kRounding));
    }
  }
}

TEST_CASE("PaperFlops: both prices are inputs", "[cost][identity]") {
  const PaperFlops cost{64.0, 8.0, 20.0, {}};
  CHECK(std::exp(cost.log_cost_per_token(std::log(2.5e9), std::log(16.0))) ==
        Approx(printed_flops_per_token(2.5e9, 64.0, 16.0, 8.0, 20.0)).epsilon(kRounding));
}

TEST_CASE("PaperFlops: the share of routing is its part of the printed formula",
          "[cost][identity]") {
  const PaperFlops cost{64.0, 6.0, 14.0, {}};
  const double without = printed_flops_per_token(2.5e9, 64.0, 16.0, 6.0, 0.0);
  const double with = printed_flops_per_token(2.5e9, 64.0, 16.0, 6.0, 14.0);
  CHECK(cost.router_share(std::log(2.5e9), std::log(16.0)) ==
        Approx(1.0 - without / with).epsilon(1e-13));  // the difference loses a digit
}

TEST_CASE("PaperFlops: a dense model has no router", "[cost][identity]") {
  const PaperFlops dense{1.0, 6.0, 14.0, {}};
  CHECK(dense.router_share(std::log(2.5e9), std::log(16.0)) == 0.0);
  CHECK(dense.log_cost_per_token(std::log(2.5e9), std::log(16.0)) ==
        Approx(std::log(6.0 * 2.5e9)).epsilon(kRounding));
}

TEST_CASE("PaperFlops: routing that costs nothing leaves six FLOPs per active parameter",
          "[cost][identity]") {
  const PaperFlops free_routing{64.0, 6.0, 0.0, {}};
  CHECK(free_routing.router_share(std::log(2.5e9), std::log(16.0)) == 0.0);
  CHECK(free_routing.log_cost_per_token(std::log(2.5e9), std::log(16.0)) ==
        Approx(SixNd{}.log_cost_per_token(std::log(2.5e9), 0.0)).epsilon(kRounding));
}

TEST_CASE("PaperFlops: derivatives are those by finite differences", "[cost][derivative]") {
  const PaperFlops cost{64.0, 6.0, 14.0, {}};
  const double n = std::log(2.5e9), g = std::log(16.0), step = 1e-5;
  const auto dual = cost.log_cost_per_token(dual_parameter<0, 1>(n), dual_parameter<1, 1>(g));
  const auto at = [&](double x, double y) { return cost.log_cost_per_token(x, y); };
  // Truncation h^2 / 6 times a third derivative below 1, rounding 4e-15 / h.
  constexpr double kTolerance = 1e-9;
  CHECK(dual.first<0>() == within((at(n + step, g) - at(n - step, g)) / (2 * step), kTolerance));
  CHECK(dual.first<1>() == within((at(n, g + step) - at(n, g - step)) / (2 * step), kTolerance));
}

}  // namespace
}  // namespace isoflop::costs_test
