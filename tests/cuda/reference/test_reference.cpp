#include <algorithm>
#include <cmath>
#include <numeric>

#include "catch.hpp"
#include "cuda/kernels/index_math.hpp"
#include "cuda/reference/positions.hpp"
#include "cuda/reference/reference.hpp"
#include "cuda/reference/reference_router.hpp"
#include "cuda/reference/small_layers.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/error.hpp"

namespace reference_test {

using namespace isoflop::bench;
using isoflop::Activation;
using isoflop::MoeLayer;
using isoflop_test::lively_tensors;
using isoflop_test::small_layers;

namespace {

double loss_of(const MoeLayer& layer, const RealTensors& tensors,
               const std::vector<std::int32_t>& ids, const std::vector<std::int32_t>& row_of) {
  return dot(reference_layer(layer, tensors, ids, row_of).out, tensors.d_out);
}

// Central differences along random directions: each sees every element of the tensor.
void require_gradients(const MoeLayer& layer, const RealTensors& given,
                       const std::vector<std::int32_t>& ids,
                       const std::vector<std::int32_t>& row_of) {
  const LayerResult result = reference_layer(layer, given, ids, row_of);
  isoflop::Random random(11);
  const std::vector<std::pair<Reals RealTensors::*, const Reals*>> pairs{
      {&RealTensors::x, &result.d_x},
      {&RealTensors::w_router, &result.d_w_router},
      {&RealTensors::w1, &result.d_w1},
      {&RealTensors::w2, &result.d_w2}};
  for (const auto& [member, gradient] : pairs) {
    const Reals& middle = given.*member;
    for (int repeat = 0; repeat < 3; ++repeat) {
      Reals direction(middle.size());
      for (double& v : direction) v = random.normal();
      constexpr double kStep = 1e-5;
      RealTensors moved = given;
      add_scaled(kStep, direction, moved.*member);
      const double above = loss_of(layer, moved, ids, row_of);
      moved.*member = middle;
      add_scaled(-kStep, direction, moved.*member);
      const double below = loss_of(layer, moved, ids, row_of);
      const double expected = dot(*gradient, direction);
      // The third derivative times kStep^2, and rounding of the loss over kStep: both below 1e-8
      // of the length of the gradient. A kink of ReLU that is crossed weighs about kStep.
      const double scale = std::sqrt(dot(*gradient, *gradient));
      const double tolerance = layer.activation == Activation::kRelu ? 3e-5 : 1e-6;
      REQUIRE(std::abs((above - below) / (2 * kStep) - expected) <= tolerance * scale);
    }
  }
}

}  // namespace

TEST_CASE("reference_layer: has the gradients of its loss", "[bench][derivative]") {
  for (const MoeLayer& layer : small_layers(7, 8, 5, 8, 3)) {
    const RealTensors tensors = lively_tensors(layer, 3);
    require_gradients(layer, tensors, reference_topk(layer, tensors), {});
  }
}

TEST_CASE("reference_layer: has the gradients of its loss where rows are dropped",
          "[bench][derivative]") {
  for (const MoeLayer& layer : small_layers(7, 8, 5, 8, 3)) {
    const RealTensors tensors = lively_tensors(layer, 4);
    const auto ids = reference_topk(layer, tensors);
    const Positions positions = find_positions(ids, 5, 3);
    REQUIRE(std::count(positions.row_of.begin(), positions.row_of.end(), kDropped) > 2);
    require_gradients(layer, tensors, ids, positions.row_of);
  }
}

TEST_CASE("reference_layer: has the gradients of its loss at one expert and at all of them",
          "[bench][derivative]") {
  for (const std::uint64_t top_k : {1, 5}) {
    for (const MoeLayer& layer : small_layers(4, 8, 5, 8, top_k)) {
      if (top_k == 1 && layer.renormalize) continue;  // the weight is 1 and has no gradient
      const RealTensors tensors = lively_tensors(layer, 5);
      require_gradients(layer, tensors, reference_topk(layer, tensors), {});
    }
  }
}

TEST_CASE("reference_layer: one weight that is renormalised has no gradient by the router",
          "[bench][identity]") {
  MoeLayer layer = small_layers(4, 8, 5, 8, 1)[1];
  const RealTensors tensors = lively_tensors(layer, 5);
  const LayerResult result = reference_layer(layer, tensors, reference_topk(layer, tensors));
  REQUIRE(std::all_of(result.d_w_router.begin(), result.d_w_router.end(),
                      [](double x) { return x == 0.0; }));
}

TEST_CASE("reference_layer: is the sum over experts written out by hand", "[bench][identity]") {
  // d = n = 8, two experts, one token: W1 and W2 are multiples of the identity.
  const MoeLayer layer{1, 8, {8, 2, 8, 2}, Activation::kRelu, false};
  RealTensors tensors{Reals(8), Reals(16, 0.0), Reals(128, 0.0), Reals(128, 0.0), Reals(8, 1.0)};
  for (std::size_t i = 0; i < 8; ++i) {
    tensors.x[i] = static_cast<double>(i) - 3.0;
    for (std::size_t e = 0; e < 2; ++e) {
      tensors.w1[e * 64 + i * 8 + i] = e == 0 ? 2.0 : -3.0;
      tensors.w2[e * 64 + i * 8 + i] = 5.0;
    }
  }
  tensors.w_router[0] = std::log(3.0) / -3.0;  // logits log 3 and 0: probabilities 3/4 and 1/4
  const LayerResult result = reference_layer(layer, tensors, {1, 0});
  for (std::size_t i = 0; i < 8; ++i) {
    const double x = tensors.x[i];
    const double expected =
        0.75 * 5.0 * std::max(2.0 * x, 0.0) + 0.25 * 5.0 * std::max(-3.0 * x, 0.0);
    REQUIRE(result.out[i] == Approx(expected).margin(1e-12));
  }
}

TEST_CASE("reference_layer: dropped choices leave what the others give", "[bench][identity]") {
  const MoeLayer layer = small_layers(6, 8, 5, 8, 2)[0];
  const RealTensors tensors = lively_tensors(layer, 6);
  const auto ids = reference_topk(layer, tensors);
  std::vector<std::int32_t> first(12, 0), second(12, 0);
  for (std::size_t slot = 0; slot < 12; ++slot) (slot % 2 == 0 ? second : first)[slot] = kDropped;
  const LayerResult both = reference_layer(layer, tensors, ids);
  const LayerResult a = reference_layer(layer, tensors, ids, first);
  const LayerResult b = reference_layer(layer, tensors, ids, second);
  for (std::size_t i = 0; i < both.out.size(); ++i) {
    REQUIRE(a.out[i] + b.out[i] == Approx(both.out[i]).margin(1e-12));
    REQUIRE(a.d_x[i] + b.d_x[i] == Approx(both.d_x[i]).margin(1e-12));
  }
}

TEST_CASE("activate: has the known values of silu and gelu", "[bench][published]") {
  // silu(1) = 1 / (1 + e^-1); gelu(1) = Phi(1), gelu(-1) = -Phi(-1).
  REQUIRE(activate(Activation::kSwiGlu, 1.0, 2.0).value == Approx(2 * 0.7310585786300049));
  REQUIRE(activate(Activation::kGelu, 1.0, 0.0).value == Approx(0.8413447460685429));
  REQUIRE(activate(Activation::kGelu, -1.0, 0.0).value == Approx(-0.15865525393145707));
  REQUIRE(activate(Activation::kRelu, -1.0, 0.0).value == 0.0);
  REQUIRE(activate(Activation::kRelu, 0.0, 0.0).d_gate == 0.0);
}

TEST_CASE("top_experts: ranks as the kernels do", "[bench][identity]") {
  isoflop::Random random(9);
  for (int repeat = 0; repeat < 200; ++repeat) {
    Reals logits(37);
    for (double& l : logits) l = static_cast<double>(random.below(9)) - 4.0;  // many ties
    const auto ids = top_experts(logits, 11);
    std::vector<std::uint64_t> keys;
    for (int e = 0; e < 37; ++e) {
      keys.push_back(rank_key(static_cast<float>(logits[static_cast<std::size_t>(e)]), e));
    }
    std::sort(keys.rbegin(), keys.rend());
    for (std::size_t k = 0; k < 11; ++k) REQUIRE(ids[k] == expert_of_key(keys[k]));
  }
}

TEST_CASE("softmax: does not overflow and ignores what is added to all logits",
          "[bench][identity]") {
  const Reals p = softmax(Reals{1000.0, 1000.0 + std::log(3.0)});
  REQUIRE(p[0] == Approx(0.25));
  REQUIRE(p[1] == Approx(0.75));
}

TEST_CASE("reference_layer: refuses sizes that do not fit", "[bench][refusal]") {
  const MoeLayer layer = small_layers(4, 8, 5, 8, 2)[0];
  RealTensors tensors = lively_tensors(layer, 6);
  const auto ids = reference_topk(layer, tensors);
  REQUIRE_THROWS_AS(reference_layer(layer, tensors, {0, 1}), isoflop::InvalidArgument);
  REQUIRE_THROWS_AS(reference_layer(layer, tensors, ids, {0}), isoflop::InvalidArgument);
  REQUIRE_THROWS_AS(reference_layer(layer, tensors, std::vector<std::int32_t>(8, 5)),
                    isoflop::InvalidArgument);
  tensors.w2.pop_back();
  REQUIRE_THROWS_AS(reference_layer(layer, tensors, ids), isoflop::InvalidArgument);
}

}  // namespace reference_test
