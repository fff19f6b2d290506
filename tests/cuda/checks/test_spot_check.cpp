#include <algorithm>
#include <limits>
#include <string>

#include "catch.hpp"
#include "cuda/checks/spot_check.hpp"
#include "cuda/reference/positions.hpp"
#include "cuda/reference/reference.hpp"
#include "cuda/reference/small_layers.hpp"
#include "cuda/routing/routing.hpp"

namespace spot_check_test {

using namespace isoflop::bench;
using isoflop::MoeLayer;
using isoflop_test::small_layers;

namespace {

// A layer with an empty expert, and what correct kernels return for it.
struct FakeDevice {
  explicit FakeDevice(const MoeLayer& given, std::uint64_t capacity = 0)
      : layer(given), inputs(make_tensors(layer, 1)) {
    MoeLayer fewer = layer;
    --fewer.experts.num_experts;
    ids = forced_ids(parse_routing("multinomial"), fewer, 1);  // nobody goes to the last expert
    row_of = find_positions(ids, layer.experts.num_experts, capacity).row_of;
    result = reference_layer(layer, to_real(inputs), ids, row_of, Stores::kBf16);
  }

  OutputFetcher fetch() const {
    return [this](Output output, std::uint64_t first, std::uint64_t count) {
      const std::size_t d = layer.d_model, n = layer.experts.expert_width;
      auto rows = [&](const Reals& values, std::size_t width) {
        const auto begin = values.begin() + static_cast<std::ptrdiff_t>(first * width);
        return Reals(begin, begin + static_cast<std::ptrdiff_t>(count * width));
      };
      switch (output) {
        case Output::kOut:
          return rows(result.out, d);
        case Output::kDX:
          return rows(result.d_x, d);
        case Output::kDW1:
          return rows(result.d_w1, d);
        case Output::kDW2:
          return rows(result.d_w2, n);
        case Output::kDWRouter:
          return rows(result.d_w_router, d);
        case Output::kWeights:
          return rows(result.weights, layer.experts.top_k);
        case Output::kDLogits:
          break;
      }
      return rows(result.d_logits, layer.experts.num_experts);
    };
  }
  std::vector<CheckItem> check(std::uint64_t seed = 1) const {
    return check_spots(SpotReference(layer, fetch_from(layer, inputs)), fetch(), ids, row_of, seed);
  }

  MoeLayer layer;
  LayerTensors inputs;
  std::vector<std::int32_t> ids, row_of;
  LayerResult result;
};

std::string failures(const std::vector<CheckItem>& items) {
  std::string out;
  for (const CheckItem& item : items) {
    if (!item.holds()) out += item.what + " ";
  }
  return out;
}

}  // namespace

TEST_CASE("check_spots: correct kernels pass with and without drops", "[bench][identity]") {
  for (const MoeLayer& layer : small_layers(96, 64, 7, 32, 2)) {
    for (const std::uint64_t capacity : {0, 24}) {
      const FakeDevice device(layer, capacity);
      for (const std::uint64_t seed : {1, 2, 3}) {
        const auto items = device.check(seed);
        REQUIRE(items.size() == 7);
        REQUIRE(failures(items) == "");
      }
    }
  }
}

TEST_CASE("check_spots: experts in each other's place fail", "[bench][identity]") {
  FakeDevice device(small_layers(96, 64, 7, 32, 2)[0]);
  auto ids = device.ids;
  for (std::int32_t& id : ids) id = (id + 1) % 6;
  device.result = reference_layer(device.layer, to_real(device.inputs), ids, {}, Stores::kBf16);
  REQUIRE(failures(device.check()) == "weights out dlogits dX dW1 dW2 ");
}

TEST_CASE("check_spots: rows that should have been dropped fail", "[bench][identity]") {
  FakeDevice device(small_layers(96, 64, 7, 32, 2)[1], 16);
  device.result =
      reference_layer(device.layer, to_real(device.inputs), device.ids, {}, Stores::kBf16);
  REQUIRE(failures(device.check()) == "out dlogits dX dW1 dW2 ");
}

TEST_CASE("check_spots: gradients of an empty expert that were not set to zero fail",
          "[bench][identity]") {
  FakeDevice device(small_layers(96, 64, 7, 32, 2)[0]);
  const LayerResult right = device.result;
  auto spoil = [&](Reals& values) {
    const std::size_t each = values.size() / 7;
    std::copy_n(values.begin(), each, values.end() - static_cast<std::ptrdiff_t>(each));
  };
  spoil(device.result.d_w1);
  REQUIRE(failures(device.check()) == "dW1 ");
  device.result = right;
  spoil(device.result.d_w2);
  REQUIRE(failures(device.check()) == "dW2 ");
}

TEST_CASE("check_spots: a tensor that was never written fails by its own name",
          "[bench][identity]") {
  FakeDevice device(small_layers(96, 64, 7, 32, 2)[2]);
  const LayerResult right = device.result;
  for (const auto& [what, tensor] : std::vector<std::pair<std::string, Reals LayerResult::*>>{
           {"out ", &LayerResult::out},
           {"dX ", &LayerResult::d_x},
           {"dW1 ", &LayerResult::d_w1},
           {"dW2 ", &LayerResult::d_w2},
           {"dW_router ", &LayerResult::d_w_router}}) {
    for (const double value : {0.0, std::numeric_limits<double>::quiet_NaN()}) {
      device.result = right;
      std::fill((device.result.*tensor).begin(), (device.result.*tensor).end(), value);
      REQUIRE(failures(device.check()) == what);
    }
  }
}

TEST_CASE("check_spots: gradients of a router that saw the tokens shifted fail",
          "[bench][identity]") {
  FakeDevice device(small_layers(96, 64, 7, 32, 2)[0]);
  LayerResult& result = device.result;
  const Reals x = to_real(device.inputs.x);
  std::fill(result.d_w_router.begin(), result.d_w_router.end(), 0.0);
  for (std::size_t t = 0; t < 96; ++t) {
    for (std::size_t e = 0; e < 7; ++e) {
      add_scaled(result.d_logits[t * 7 + e], RealSpan(x).subspan((t + 1) % 96 * 64, 64),
                 std::span(result.d_w_router).subspan(e * 64, 64));
    }
  }
  REQUIRE(failures(device.check()) == "dW_router ");
}

TEST_CASE("check_spots: the seed chooses the spots", "[bench][identity]") {
  const FakeDevice device(small_layers(96, 64, 7, 32, 2)[0]);
  REQUIRE(device.check(5)[1].error == device.check(5)[1].error);
  REQUIRE(device.check(5)[1].error != device.check(6)[1].error);
}

}  // namespace spot_check_test
