#include <algorithm>
#include <cmath>
#include <limits>

#include "catch.hpp"
#include "cuda/layer/inputs.hpp"
#include "isoflop/core/normal_quantile.hpp"
#include "isoflop/core/random.hpp"

namespace inputs_test {

using namespace isoflop::bench;
using isoflop::MoeLayer;

TEST_CASE("to_bf16: is the nearest bf16 with ties to even", "[bench][identity]") {
  isoflop::Random random(3);
  for (int i = 0; i < 20000; ++i) {
    const float x =
        static_cast<float>(random.normal()) * std::ldexp(1.0f, static_cast<int>(random.below(60)));
    const std::uint16_t bits = to_bf16(x);
    const double error = std::abs(double{from_bf16(bits)} - double{x});
    for (const int step : {-1, 1}) {
      const auto next = static_cast<std::uint16_t>(bits + step);
      const double other = std::abs(double{from_bf16(next)} - double{x});
      REQUIRE((error < other || (error == other && bits % 2 == 0)));
    }
  }
  REQUIRE(to_bf16(1.0f + 0x1p-8f) == to_bf16(1.0f));                  // a tie, down to even
  REQUIRE(from_bf16(to_bf16(1.0f + 3 * 0x1p-8f)) == 1.0f + 0x1p-6f);  // a tie, up to even
}

TEST_CASE("to_bf16: keeps every bf16, the infinities and NaN", "[bench][identity]") {
  for (std::uint32_t bits = 0; bits < 65536; ++bits) {
    const float x = from_bf16(static_cast<std::uint16_t>(bits));
    if (std::isnan(x)) {
      REQUIRE(std::isnan(from_bf16(to_bf16(x))));
    } else {
      REQUIRE(to_bf16(x) == bits);
    }
  }
  REQUIRE(std::isinf(from_bf16(to_bf16(std::numeric_limits<float>::max()))));
  // A NaN whose upper half alone would read as infinity.
  REQUIRE(std::isnan(from_bf16(to_bf16(float_of(0x7f800001u)))));
}

TEST_CASE("input_bf16: has the moments and tails of a normal distribution", "[bench][identity]") {
  constexpr std::size_t kCount = 1 << 20;
  double sum = 0, squares = 0, fourth = 0, product = 0, before = 0;
  std::size_t beyond_1 = 0, beyond_3 = 0;
  for (std::size_t i = 0; i < kCount; ++i) {
    const double x = from_bf16(input_bf16(7, Tensor::kX, i));
    sum += x, squares += x * x, fourth += x * x * x * x, product += x * before;
    beyond_1 += std::abs(x) > 1.0 ? 1 : 0;
    beyond_3 += std::abs(x) > 3.0 ? 1 : 0;
    before = x;
  }
  const double n = kCount;
  // Five standard errors of each figure.
  REQUIRE(std::abs(sum / n) < 5 / std::sqrt(n));
  REQUIRE(std::abs(squares / n - 1) < 5 * std::sqrt(2 / n));
  REQUIRE(std::abs(product / n) < 5 / std::sqrt(n));
  REQUIRE(std::abs(fourth / n - (3 - 0.031)) < 5 * std::sqrt(96 / n));
  // The grid of bf16 moves the ends to 1 + 2^-8 and 3 + 2^-7, which takes 0.0019 and 0.00007; the
  // kurtosis takes 0.0002 beyond 3; the standard error is 0.0005 and 0.00005.
  const double share_1 = 2 * isoflop::normal_cdf(-1.0), share_3 = 2 * isoflop::normal_cdf(-3.0);
  REQUIRE(static_cast<double>(beyond_1) / n == Approx(share_1).margin(0.004));
  REQUIRE(static_cast<double>(beyond_3) / n == Approx(share_3).margin(0.0005));
}

TEST_CASE("input_bf16: gives weights 0.02 and every tensor and seed a stream of its own",
          "[bench][identity]") {
  double squares = 0;
  std::size_t same_tensor = 0, same_seed = 0;
  constexpr std::size_t kCount = 1 << 16;
  for (std::size_t i = 0; i < kCount; ++i) {
    const auto bits = input_bf16(7, Tensor::kW1, i);
    squares += std::pow(double{from_bf16(bits)}, 2);
    same_tensor += bits == input_bf16(7, Tensor::kW2, i) ? 1 : 0;
    same_seed += bits == input_bf16(8, Tensor::kW1, i) ? 1 : 0;
  }
  REQUIRE(std::sqrt(squares / kCount) == Approx(0.02).epsilon(5 / std::sqrt(2.0 * kCount)));
  // bf16 has about a thousand common values: equal by chance in well below one of a hundred.
  REQUIRE(same_tensor < kCount / 100);
  REQUIRE(same_seed < kCount / 100);
}

TEST_CASE("input_bf16: is the same on every machine", "[bench][format]") {
  // Computed apart with exact integers and one rounding by Python.
  REQUIRE(input_bf16(1, Tensor::kX, 0) == 0xbf7f);
  REQUIRE(input_bf16(1, Tensor::kX, 1) == 0xbf36);
  REQUIRE(input_bf16(1, Tensor::kX, 123456789012u) == 0x3fa4);
  REQUIRE(input_bf16(1, Tensor::kW2, 5) == 0xbc9f);
  REQUIRE(input_bf16(42, Tensor::kDOut, 77) == 0xbe7d);
}

TEST_CASE("make_tensors: has the shapes of the layer", "[bench][identity]") {
  const MoeLayer layer{.tokens = 5, .d_model = 16, .experts = {32, 4, 8, 2}};
  const LayerTensors tensors = make_tensors(layer, 1);
  REQUIRE(tensors.of(Tensor::kX).size() == 5 * 16);
  REQUIRE(tensors.of(Tensor::kWRouter).size() == 4 * 16);
  REQUIRE(tensors.of(Tensor::kW1).size() == 4 * 16 * 16);
  REQUIRE(tensors.of(Tensor::kW2).size() == 4 * 16 * 8);
  REQUIRE(tensors.of(Tensor::kDOut).size() == 5 * 16);
  REQUIRE(tensors.w1[100] == input_bf16(1, Tensor::kW1, 100));
}

}  // namespace inputs_test
