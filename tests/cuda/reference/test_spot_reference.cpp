#include <algorithm>
#include <cmath>

#include "catch.hpp"
#include "cuda/reference/positions.hpp"
#include "cuda/reference/small_layers.hpp"
#include "cuda/reference/spot_reference.hpp"
#include "isoflop/error.hpp"

namespace spot_reference_test {

using namespace isoflop::bench;
using isoflop::MoeLayer;
using isoflop_test::small_layers;

namespace {

// A layer with drops, its whole reference, and the same by spots.
struct Spots {
  explicit Spots(const MoeLayer& given)
      : layer(given),
        tensors(make_tensors(layer, 2)),
        ids(reference_topk(layer, to_real(tensors))),
        row_of(find_positions(ids, layer.experts.num_experts, 8).row_of),
        whole(reference_layer(layer, to_real(tensors), ids, row_of)),
        spots(layer, fetch_from(layer, tensors)) {}

  TokenResult token(std::size_t t) const {
    const std::size_t top_k = layer.experts.top_k;
    return spots.token(t, std::span(ids).subspan(t * top_k, top_k),
                       std::span(row_of).subspan(t * top_k, top_k));
  }

  MoeLayer layer;
  LayerTensors tensors;
  std::vector<std::int32_t> ids, row_of;
  LayerResult whole;
  SpotReference spots;
};

// The same terms in another order: a few units in the last place of the largest.
void require_row(const Reals& expected, const Reals& whole, std::size_t row) {
  const std::size_t width = expected.size();
  double largest = 0.0;
  for (std::size_t i = 0; i < width; ++i) {
    largest = std::max(largest, std::abs(whole[row * width + i]));
  }
  for (std::size_t i = 0; i < width; ++i) {
    REQUIRE(expected[i] == Approx(whole[row * width + i]).margin(1e-12 * largest));
  }
}

}  // namespace

TEST_CASE("SpotReference: a token gives what the whole reference does", "[bench][identity]") {
  for (const MoeLayer& layer : small_layers(13, 16, 6, 8, 3)) {
    const Spots s(layer);
    REQUIRE(std::count(s.row_of.begin(), s.row_of.end(), kDropped) > 0);
    for (std::size_t t = 0; t < layer.tokens; ++t) {
      const TokenResult token = s.token(t);
      require_row(token.out, s.whole.out, t);
      require_row(token.d_x, s.whole.d_x, t);
    }
  }
}

TEST_CASE("SpotReference: a hidden unit gives its rows of dW1 and its column of dW2",
          "[bench][identity]") {
  for (const MoeLayer& layer : small_layers(13, 16, 6, 8, 3)) {
    const Spots s(layer);
    for (std::size_t e = 0; e < 6; ++e) {
      std::vector<RoutedToken> routed;
      for (std::size_t slot = 0; slot < s.ids.size(); ++slot) {
        if (s.ids[slot] != static_cast<int>(e) || s.row_of[slot] == kDropped) continue;
        routed.push_back({slot / 3, s.token(slot / 3).weights[slot % 3]});
      }
      for (const std::size_t unit : {0, 5, 7}) {
        const UnitResult result = s.spots.unit(e, unit, routed);
        for (std::size_t u = 0; u < layer.num_up(); ++u) {
          const auto first = result.d_w1.begin() + static_cast<std::ptrdiff_t>(u * 16);
          require_row(Reals(first, first + 16), s.whole.d_w1, e * layer.up_width() + u * 8 + unit);
        }
        Reals column(16);
        for (std::size_t i = 0; i < 16; ++i) column[i] = s.whole.d_w2[(e * 16 + i) * 8 + unit];
        require_row(result.d_w2, column, 0);
      }
    }
  }
}

TEST_CASE("SpotReference: gradients of a logit give a row of dW_router", "[bench][identity]") {
  for (const MoeLayer& layer : small_layers(13, 16, 6, 8, 3)) {
    const Spots s(layer);
    for (std::size_t e = 0; e < 6; ++e) {
      Reals d_logits;
      for (std::size_t t = 0; t < 13; ++t) d_logits.push_back(s.token(t).d_logits[e]);
      require_row(s.spots.router_row(d_logits), s.whole.d_w_router, e);
    }
  }
}

TEST_CASE("SpotReference: logits come with the length of x times that of the longest weights",
          "[bench][identity]") {
  const MoeLayer layer = small_layers(4, 16, 6, 8, 3)[0];
  const LayerTensors bits = make_tensors(layer, 2);
  const SpotReference spots(layer, fetch_from(layer, bits));
  const RealTensors tensors = to_real(bits);
  double longest = 0.0;
  for (std::size_t e = 0; e < 6; ++e) {
    const RealSpan w = RealSpan(tensors.w_router).subspan(16 * e, 16);
    longest = std::max(longest, dot(w, w));
  }
  const RealSpan x = RealSpan(tensors.x).subspan(16 * 3, 16);
  REQUIRE(spots.logits(3).scale == Approx(std::sqrt(longest * dot(x, x))));
}

TEST_CASE("SpotReference: refuses rows of another width", "[bench][refusal]") {
  const MoeLayer layer = small_layers(4, 16, 6, 8, 3)[0];
  auto short_rows = [](Tensor, std::uint64_t, std::uint64_t) {
    return std::vector<std::uint16_t>(7);
  };
  REQUIRE_THROWS_AS(SpotReference(layer, short_rows), isoflop::InvalidArgument);
}

}  // namespace spot_reference_test
