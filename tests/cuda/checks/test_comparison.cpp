#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "catch.hpp"
#include "cuda/checks/comparison.hpp"
#include "cuda/reference/positions.hpp"
#include "cuda/reference/reference_router.hpp"
#include "cuda/reference/small_layers.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/error.hpp"

namespace comparison_test {

using namespace isoflop::bench;
using isoflop::Activation;
using isoflop::MoeLayer;
using isoflop_test::small_layers;

namespace {

bool all_hold(const std::vector<CheckItem>& items) {
  return std::all_of(items.begin(), items.end(), [](const CheckItem& i) { return i.holds(); });
}

bool holds(const std::vector<CheckItem>& items, const std::string& what) {
  for (const CheckItem& item : items) {
    if (item.what == what) return item.holds();
  }
  FAIL("nothing says " + what);
  return false;
}

// A layer whose matrices are square, what correct kernels return for it, and what broken ones do.
struct Broken {
  MoeLayer layer{64, 64, {64, 8, 64, 2}, Activation::kGelu, false};
  RealTensors tensors = to_real(make_tensors(layer, 1));
  std::vector<std::int32_t> ids = reference_topk(layer, tensors);
  LayerResult expected = reference_layer(layer, tensors, ids);

  LayerResult kernels(const MoeLayer& wrong_layer, const RealTensors& wrong_tensors,
                      const std::vector<std::int32_t>& wrong_ids,
                      const std::vector<std::int32_t>& row_of = {}) const {
    return reference_layer(wrong_layer, wrong_tensors, wrong_ids, row_of, Stores::kBf16);
  }
  LayerResult right() const { return kernels(layer, tensors, ids); }
  std::vector<CheckItem> judge(const LayerResult& actual) const {
    return compare_results(layer, expected, actual);
  }
};

void transpose(Reals& matrices, std::size_t width) {
  for (std::size_t first = 0; first < matrices.size(); first += width * width) {
    for (std::size_t i = 0; i < width; ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        std::swap(matrices[first + i * width + j], matrices[first + j * width + i]);
      }
    }
  }
}

float next_to_zero(float sum, double exact) {
  return std::abs(double{sum}) > std::abs(exact) ? std::nextafter(sum, 0.0f) : sum;
}

}  // namespace

TEST_CASE("compare_results: rounding every store of the pipeline stays below the tolerances",
          "[bench][identity]") {
  for (const auto& [tokens, d, num_experts, n, top_k] : std::vector<std::array<std::uint64_t, 5>>{
           {64, 64, 8, 32, 2}, {32, 128, 16, 16, 4}, {16, 64, 8, 8, 8}}) {
    for (const MoeLayer& layer : small_layers(tokens, d, num_experts, n, top_k)) {
      for (const std::uint64_t seed : {1, 2}) {
        const RealTensors tensors = to_real(make_tensors(layer, seed));
        const auto ids = reference_topk(layer, tensors);
        const auto items = compare_results(layer, reference_layer(layer, tensors, ids),
                                           reference_layer(layer, tensors, ids, {}, Stores::kBf16));
        REQUIRE(items.size() == 5);
        for (const CheckItem& item : items) {
          INFO(item.what << " of " << to_string(layer.activation));
          REQUIRE(item.holds());
          // No looser than the errors that it is for.
          REQUIRE(item.error > item.tolerance / 3);
        }
      }
    }
  }
}

TEST_CASE("compare_results: one expert of one token that was swapped fails", "[bench][identity]") {
  const Broken b;
  REQUIRE(all_hold(b.judge(b.right())));
  auto ids = b.ids;
  std::int32_t other = 0;
  while (other == ids[20] || other == ids[21]) ++other;
  ids[21] = other;
  const auto items = b.judge(b.kernels(b.layer, b.tensors, ids));
  for (const char* what : {"out", "dX", "dW1", "dW2", "dW_router"}) REQUIRE(!holds(items, what));
}

TEST_CASE("compare_results: a weight that is missing fails", "[bench][identity]") {
  Broken b;
  MoeLayer renormalized = b.layer;
  renormalized.renormalize = true;
  REQUIRE(!holds(b.judge(b.kernels(renormalized, b.tensors, b.ids)), "out"));
  // With one expert per token the renormalised weight is 1, as if none had been applied.
  b.layer.experts.top_k = renormalized.experts.top_k = 1;
  b.ids = reference_topk(b.layer, b.tensors);
  b.expected = reference_layer(b.layer, b.tensors, b.ids);
  const auto items = b.judge(b.kernels(renormalized, b.tensors, b.ids));
  for (const char* what : {"out", "dX", "dW1", "dW2", "dW_router"}) REQUIRE(!holds(items, what));
}

TEST_CASE("compare_results: rows that are off by one fail", "[bench][identity]") {
  const Broken b;
  LayerResult actual = b.right();
  std::rotate(actual.out.begin(), actual.out.begin() + 64, actual.out.end());
  std::rotate(actual.d_x.begin(), actual.d_x.begin() + 64, actual.d_x.end());
  REQUIRE(!holds(b.judge(actual), "out"));
  REQUIRE(!holds(b.judge(actual), "dX"));
  // A row too many of the expert before: the first slot of expert 1 goes through expert 0.
  auto ids = b.ids;
  const Positions positions = find_positions(ids, 8);
  ids[static_cast<std::size_t>(positions.slot_of[static_cast<std::size_t>(positions.offsets[1])])] =
      0;
  const auto items = b.judge(b.kernels(b.layer, b.tensors, ids));
  REQUIRE(!holds(items, "dW1"));
  REQUIRE(!holds(items, "dW2"));
}

TEST_CASE("compare_results: a tensor that was left zero or never written fails",
          "[bench][identity]") {
  const Broken b;
  for (const auto& [what, tensor] : std::vector<std::pair<const char*, Reals LayerResult::*>>{
           {"out", &LayerResult::out},
           {"dX", &LayerResult::d_x},
           {"dW1", &LayerResult::d_w1},
           {"dW2", &LayerResult::d_w2},
           {"dW_router", &LayerResult::d_w_router}}) {
    LayerResult actual = b.right();
    (actual.*tensor)[3] = std::numeric_limits<double>::quiet_NaN();
    REQUIRE(!holds(b.judge(actual), what));
    std::fill((actual.*tensor).begin(), (actual.*tensor).end(), 0.0);
    REQUIRE(!holds(b.judge(actual), what));
  }
}

TEST_CASE("compare_results: one expert whose gradients are missing fails", "[bench][identity]") {
  const Broken b;
  LayerResult actual = b.right();
  std::fill_n(actual.d_w1.begin() + 3 * 64 * 64, 64 * 64, 0.0);
  std::fill_n(actual.d_w2.begin() + 3 * 64 * 64, 64 * 64, 0.0);
  std::fill_n(actual.d_w_router.begin() + 3 * 64, 64, 0.0);
  for (const char* what : {"dW1", "dW2", "dW_router"}) REQUIRE(!holds(b.judge(actual), what));
}

TEST_CASE("compare_results: weights that were transposed fail", "[bench][identity]") {
  const Broken b;
  for (const auto weights : {&RealTensors::w1, &RealTensors::w2}) {
    RealTensors tensors = b.tensors;
    transpose(tensors.*weights, 64);
    REQUIRE(!holds(b.judge(b.kernels(b.layer, tensors, b.ids)), "out"));
  }
  LayerResult actual = b.right();
  transpose(actual.d_w1, 64);
  transpose(actual.d_w2, 64);
  REQUIRE(!holds(b.judge(actual), "dW1"));
  REQUIRE(!holds(b.judge(actual), "dW2"));
}

TEST_CASE("compare_results: dX without the router's part fails", "[bench][identity]") {
  const Broken b;
  LayerResult actual = b.right();
  const LayerTensors bits = make_tensors(b.layer, 1);
  const SpotReference spots(b.layer, fetch_from(b.layer, bits));
  for (std::size_t t = 0; t < 64; ++t) {
    const Reals d_logits = spots.token(t, std::span(b.ids).subspan(2 * t, 2)).d_logits;
    for (std::size_t e = 0; e < 8; ++e) {
      add_scaled(-d_logits[e], RealSpan(b.tensors.w_router).subspan(64 * e, 64),
                 std::span(actual.d_x).subspan(64 * t, 64));
    }
  }
  REQUIRE(!holds(b.judge(actual), "dX"));
}

TEST_CASE("compare_results: gate and up in each other's place fail", "[bench][identity]") {
  Broken b;
  b.layer.activation = Activation::kSwiGlu;
  b.tensors = to_real(make_tensors(b.layer, 1));
  b.expected = reference_layer(b.layer, b.tensors, b.ids);
  REQUIRE(all_hold(b.judge(b.right())));
  // As small as the inputs of silu are here, it is nearly a straight line through zero, and gate
  // times up nearly a product of equals: only its curve tells them apart.
  RealTensors tensors = b.tensors;
  for (std::size_t e = 0; e < 8; ++e) {
    const auto gate = tensors.w1.begin() + static_cast<std::ptrdiff_t>(e * 128 * 64);
    std::swap_ranges(gate, gate + 64 * 64, gate + 64 * 64);
  }
  const auto items = b.judge(b.kernels(b.layer, tensors, b.ids));
  REQUIRE(!holds(items, "out"));
  REQUIRE(!holds(items, "dW1"));
}

TEST_CASE("activate: gelu by tanh differs from it by less than bf16 can tell",
          "[bench][identity]") {
  double largest = 0.0;
  for (double h = -4.0; h <= 4.0; h += 0.01) {
    const double by_tanh = 0.5 * h * (1.0 + std::tanh(0.7978845608 * (h + 0.044715 * h * h * h)));
    largest = std::max(largest, std::abs(activate(Activation::kGelu, h, 0.0).value - by_tanh));
  }
  REQUIRE(largest < kErrorPerStore);
}

TEST_CASE("compare_results: rows that should have been dropped fail", "[bench][identity]") {
  Broken b;
  const auto row_of = find_positions(b.ids, 8, 16).row_of;
  const auto dropped = std::count(row_of.begin(), row_of.end(), kDropped);
  REQUIRE(dropped > 0);
  b.expected = reference_layer(b.layer, b.tensors, b.ids, row_of);
  REQUIRE(all_hold(b.judge(b.kernels(b.layer, b.tensors, b.ids, row_of))));
  for (const char* what : {"out", "dX", "dW1", "dW2"}) REQUIRE(!holds(b.judge(b.right()), what));
}

TEST_CASE("relative_error: is Frobenius and infinite for what has no answer", "[bench][identity]") {
  REQUIRE(relative_error(Reals{3.0, 4.0}, Reals{3.0, 4.5}) == Approx(0.1));
  REQUIRE(relative_error(Reals{0.0, 0.0}, Reals{0.0, 0.0}) == 0.0);
  REQUIRE(std::isinf(relative_error(Reals{0.0, 0.0}, Reals{0.0, 1e-9})));
  REQUIRE(std::isinf(
      relative_error(Reals{1.0, 0.0}, Reals{1.0, std::numeric_limits<double>::quiet_NaN()})));
  REQUIRE_THROWS_AS(relative_error(Reals{1.0}, Reals{1.0, 2.0}), isoflop::InvalidArgument);
}

TEST_CASE("tolerance_after: one rounding to bf16 has the error it is counted with",
          "[bench][identity]") {
  isoflop::Random random(5);
  Reals exact(200000);
  for (double& x : exact) x = random.normal();
  Reals rounded = exact;
  store(rounded, Stores::kBf16);
  // Over a normal distribution, against the figure for a uniform logarithm: 2 %.
  REQUIRE(relative_error(exact, rounded) == Approx(kErrorPerStore).epsilon(0.02));
  REQUIRE(tolerance_after(4) == Approx(2 * tolerance_after(1)));
}

namespace {

// Tokens, what the router chooses for them, and all of it compared.
struct Choices {
  explicit Choices(std::uint64_t d)
      : layer{40, d, {64, 64, 8, 6}, Activation::kRelu, false},
        bits(make_tensors(layer, 1)),
        reference(layer, fetch_from(layer, bits)),
        ids(reference_topk(layer, to_real(bits))),
        tokens(40) {
    std::iota(tokens.begin(), tokens.end(), 0u);
  }
  CheckItem judge() const { return compare_ids(reference, tokens, ids); }

  MoeLayer layer;
  LayerTensors bits;
  SpotReference reference;
  std::vector<std::int32_t> ids;
  std::vector<std::uint64_t> tokens;
};

}  // namespace

TEST_CASE("compare_ids: the choice of truncating fp32 sums holds", "[bench][identity]") {
  for (const std::uint64_t d : {64, 1024}) {
    Choices c(d);
    const RealTensors tensors = to_real(c.bits);
    const double half_tolerance = 0.5 * c.judge().tolerance;
    for (std::size_t t = 0; t < 40; ++t) {
      Reals logits(64);
      for (std::size_t e = 0; e < 64; ++e) {
        float sum = 0.0f;
        for (std::size_t i = 0; i < d; ++i) {
          const double exact = double{sum} + tensors.x[t * d + i] * tensors.w_router[e * d + i];
          sum = next_to_zero(static_cast<float>(exact), exact);
        }
        logits[e] = double{sum};
      }
      const RouterLogits reference = c.reference.logits(t);
      for (std::size_t e = 0; e < 64; ++e) {
        REQUIRE(std::abs(logits[e] - reference.values[e]) < half_tolerance * reference.scale);
      }
      const auto chosen = top_experts(logits, 6);
      std::copy(chosen.begin(), chosen.end(), c.ids.begin() + static_cast<std::ptrdiff_t>(6 * t));
    }
    REQUIRE(c.judge().holds());
  }
}

TEST_CASE("compare_ids: a tie that goes the other way holds", "[bench][identity]") {
  Choices c(64);
  // Two experts alike: whichever was chosen, the other is as good.
  const auto row = static_cast<std::ptrdiff_t>(c.ids[5]) * 64;
  std::int32_t other = 0;
  while (std::find(c.ids.begin(), c.ids.begin() + 6, other) != c.ids.begin() + 6) ++other;
  std::copy_n(c.bits.w_router.begin() + row, 64, c.bits.w_router.begin() + 64 * other);
  const SpotReference reference(c.layer, fetch_from(c.layer, c.bits));
  c.ids[5] = other;
  const std::vector<std::uint64_t> first{0};
  REQUIRE(compare_ids(reference, first, std::span(c.ids).first(6)).error == 0.0);
}

TEST_CASE("compare_ids: a worse expert in one token fails", "[bench][identity]") {
  Choices c(64);
  REQUIRE(c.judge().holds());
  // The seventh best in place of the sixth, where the two differ.
  const RouterLogits logits = c.reference.logits(17);
  const auto best = top_experts(logits.values, 7);
  const double gap = logits.values[static_cast<std::size_t>(best[5])] -
                     logits.values[static_cast<std::size_t>(best[6])];
  REQUIRE(gap > 10 * c.judge().tolerance * logits.scale);
  c.ids[17 * 6 + 5] = best[6];
  REQUIRE(!c.judge().holds());
}

TEST_CASE("compare_ids: ids of another token fail", "[bench][identity]") {
  Choices c(64);
  std::rotate(c.ids.begin(), c.ids.begin() + 6, c.ids.end());
  REQUIRE(!c.judge().holds());
}

TEST_CASE("compare_ids: ids out of range or given twice fail", "[bench][identity]") {
  for (const std::int32_t bad : {-1, 64, 1 << 30}) {
    Choices c(64);
    c.ids[100] = bad;
    REQUIRE(!c.judge().holds());
  }
  Choices c(64);
  c.ids[7] = c.ids[6];
  REQUIRE(!c.judge().holds());
}

}  // namespace comparison_test
