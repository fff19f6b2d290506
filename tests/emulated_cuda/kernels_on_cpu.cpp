// The kernels of cuda/kernels, compiled for the CPU and run thread by thread: the comparisons that
// a GPU has to pass as well (kernel_checks.hpp), on shapes that are small but of every kind.
#include <sstream>
#include <string>
#include <vector>

#include "catch.hpp"
#include "cuda/checks/kernel_check_parts.hpp"
#include "cuda/checks/kernel_checks.hpp"

using namespace isoflop;
using namespace isoflop::bench;

namespace {

struct Shape {
  std::uint64_t tokens, d_model, num_experts, expert_width, top_k;
};

MoeLayer layer_of(const Shape& x, Activation activation, bool renormalize) {
  MoeLayer layer;
  layer.tokens = x.tokens;
  layer.d_model = x.d_model;
  layer.experts = {.d_ff = x.expert_width,
                   .num_experts = x.num_experts,
                   .expert_width = x.expert_width,
                   .top_k = x.top_k};
  layer.activation = activation;
  layer.renormalize = renormalize;
  return layer;
}

std::string faults_of(const std::vector<CheckItem>& items) {
  REQUIRE(!items.empty());
  std::ostringstream out;
  for (const CheckItem& item : items) {
    if (!item.holds()) out << item.what << ": " << item.error << " > " << item.tolerance << "\n";
  }
  return out.str();
}

std::string faults_of(const MoeLayer& layer) { return faults_of(check_kernels(layer, 1)); }

}  // namespace

TEST_CASE("emulated kernels: every activation agrees with the host", "[cuda][identity]") {
  for (const Activation activation : {Activation::kSwiGlu, Activation::kGelu, Activation::kRelu}) {
    for (const bool renormalize : {false, true}) {
      CHECK(faults_of(layer_of({20, 72, 33, 40, 5}, activation, renormalize)) == "");
    }
  }
}

TEST_CASE("emulated kernels: every way to choose agrees with the host", "[cuda][identity]") {
  for (const Shape& shape :
       {Shape{1, 8, 1, 8, 1}, Shape{9, 8, 2, 8, 2}, Shape{9, 8, 64, 8, 33}, Shape{9, 8, 129, 8, 8},
        Shape{9, 8, 512, 8, 64}, Shape{5, 8, 513, 8, 8}, Shape{5, 8, 600, 8, 300},
        Shape{3, 8, 4096, 8, 64}}) {
    for (const bool renormalize : {false, true}) {
      INFO(shape.num_experts << " experts, top-" << shape.top_k);
      CHECK(faults_of(layer_of(shape, Activation::kRelu, renormalize)) == "");
    }
  }
}

TEST_CASE("emulated kernels: positions agree with the host over many chunks", "[cuda][identity]") {
  for (const Shape& shape : {Shape{700, 8, 40, 8, 3}, Shape{330, 8, 2500, 8, 8}}) {
    std::vector<CheckItem> items;
    check_position_kernels(layer_of(shape, Activation::kRelu, false), 1, items);
    CHECK(faults_of(items) == "");
  }
}

TEST_CASE("emulated kernels: rows longer than a warp reads at once agree with the host",
          "[cuda][identity]") {
  CHECK(faults_of(layer_of({7, 2056, 16, 264, 9}, Activation::kSwiGlu, false)) == "");
}
