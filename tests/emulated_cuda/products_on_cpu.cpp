// The grouped products of cuda/wgmma, run on the CPU: the comparisons that a GPU has to pass as well
// (product_checks.hpp), on small shapes and hard counts, in several orders of events.
#include <sstream>
#include <string>
#include <vector>

#include "catch.hpp"
#include "cuda/backends/backends.hpp"
#include "cuda/checks/product_checks.hpp"
#include "emulated_cuda.hpp"
#include "emulated_host.hpp"

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
