// The grouped products of cuda/wgmma, run on the CPU: the comparisons that a GPU has to pass as
// well (product_checks.hpp), on small shapes and hard counts. Every launch draws another order of
// events, so that equal bits of repeated runs say that sums do not depend on it.
#include <algorithm>
#include <numeric>
#include <sstream>
#include <string>
#include <vector>

#include "catch.hpp"
#include "cuda/backends/backends.hpp"
#include "cuda/checks/product_checks.hpp"
#include "emulated_cuda.hpp"
#include "isoflop/core/random.hpp"

using namespace isoflop;
using namespace isoflop::bench;

namespace {

struct Shape {
  std::uint64_t d_model, expert_width;
};

std::string faults(const Shape& shape, Activation activation, std::vector<std::int32_t> counts,
                   unsigned seed) {
  MoeLayer layer;
  std::uint64_t rows = 0;
  for (const std::int32_t count : counts) rows += static_cast<std::uint64_t>(count);
  layer.experts.top_k = 2;
  counts.back() += static_cast<std::int32_t>(rows % 2);  // T K rows
  layer.tokens = (rows + 1) / 2;
  layer.d_model = shape.d_model;
  layer.experts.num_experts = counts.size();
  layer.experts.expert_width = layer.experts.d_ff = shape.expert_width;
  layer.activation = activation;
  emulated_cuda::set_seed(seed);
  std::ostringstream out;
  for (const CheckItem& item : check_products(*make_wgmma_backend(), layer, counts, seed)) {
    if (!item.holds()) out << item.what << ": " << item.error << " > " << item.tolerance << "\n";
  }
  return out.str();
}

}  // namespace

TEST_CASE("emulated products: hard counts agree with the host", "[cuda][identity]") {
  for (const Activation activation : {Activation::kSwiGlu, Activation::kGelu, Activation::kRelu}) {
    CHECK(faults({72, 136}, activation, {0, 1, 9, 63, 64, 65, 0, 17}, 1) == "");
  }
}

TEST_CASE("emulated products: pairs of blocks that share weights agree with the host",
          "[cuda][identity]") {
  // More than 160 rows per expert: clusters of two, experts in several parts, both ragged.
  CHECK(faults({136, 72}, Activation::kSwiGlu, {319, 0, 322, 1, 641}, 1) == "");
  CHECK(faults({72, 136}, Activation::kGelu, {159, 160, 161, 321, 12}, 2) == "");
}

TEST_CASE("emulated products: the narrowest layers agree with the host", "[cuda][identity]") {
  for (const Shape& shape : {Shape{8, 8}, Shape{64, 24}, Shape{16, 128}}) {
    INFO("d " << shape.d_model << ", n " << shape.expert_width);
    CHECK(faults(shape, Activation::kSwiGlu, {5, 0, 40, 163}, 4) == "");
    CHECK(faults(shape, Activation::kRelu, {500}, 5) == "");  // one expert has everything
  }
}

TEST_CASE("emulated products: several strips of columns agree with the host", "[cuda][identity]") {
  CHECK(faults({520, 64}, Activation::kSwiGlu, {30, 180, 300}, 6) == "");
  CHECK(faults({64, 392}, Activation::kSwiGlu, {30, 70, 31}, 7) == "");
  CHECK(faults({64, 520}, Activation::kGelu, {200, 170}, 8) == "");
}

TEST_CASE("emulated products: any counts and widths agree with the host",
          "[cuda][identity][random]") {
  Random random(9);
  for (unsigned seed = 10; seed < 16; ++seed) {
    std::vector<std::int32_t> counts(1 + random.below(9));
    for (std::int32_t& count : counts) {
      count = random.below(4) == 0 ? 0 : static_cast<std::int32_t>(random.below(240));
    }
    counts.back() += 2;
    const Shape shape{8 * (1 + random.below(30)), 8 * (1 + random.below(20))};
    INFO("d " << shape.d_model << ", n " << shape.expert_width << ", seed " << seed);
    CHECK(faults(shape, static_cast<Activation>(random.below(3)), counts, seed) == "");
  }
}

TEST_CASE("emulated products: several tiles of every block agree with the host in several orders",
          "[cuda][planted][identity]") {
  // One block per expert's rows, and two; more steps of the depth than stages; few tiles and many.
  emulated_cuda::num_multiprocessors = 2;
  for (unsigned seed = 1; seed <= 2; ++seed) {
    CHECK(faults({72, 136}, Activation::kSwiGlu, {0, 1, 9, 65, 0, 17}, seed) == "");
    CHECK(faults({264, 72}, Activation::kSwiGlu, {333, 5}, seed) == "");
    CHECK(faults({72, 264}, Activation::kGelu, {170, 190}, seed) == "");
  }
}

TEST_CASE("emulated products: what verify runs agrees with the host for every backend",
          "[cuda][identity]") {
  MoeLayer layer;
  layer.tokens = 16384;
  layer.d_model = 136;
  layer.experts = {.d_ff = 576, .num_experts = 64, .expert_width = 72, .top_k = 8};
  const ProductCase c = product_case_of(layer);
  CHECK(std::count(c.counts.begin(), c.counts.end(), 0) == 1);
  CHECK(c.layer.num_rows() ==
        static_cast<std::uint64_t>(std::accumulate(c.counts.begin(), c.counts.end(), 0)));
  for (const char* backend : {"wgmma", "loop"}) {
    std::ostringstream faults;
    for (const CheckItem& item : check_products(*make_backend(backend), c.layer, c.counts, 1)) {
      if (!item.holds()) faults << item.what << ": " << item.error << "\n";
    }
    CHECK(faults.str() == "");
  }
}
