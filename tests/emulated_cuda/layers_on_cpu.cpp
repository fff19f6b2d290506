// Whole layers, forward and backward, run on the CPU: the comparison with the float64 reference
// that a GPU has to pass (layer_check.hpp), for the kernels of our own and for products by loops.
#include <sstream>
#include <string>
#include <vector>

#include "catch.hpp"
#include "cuda/checks/layer_check.hpp"
#include "emulated_cuda.hpp"
#include "emulated_host.hpp"
#include "io/scratch_folder.hpp"

using namespace isoflop;
using namespace isoflop::bench;

namespace {

struct Shape {
  std::uint64_t tokens, d_model, num_experts, expert_width, top_k;
};

Configuration configuration_of(const std::string& backend, const Shape& x,
                               const std::string& routing) {
  Configuration out;
  out.layer.tokens = x.tokens;
  out.layer.d_model = x.d_model;
  out.layer.experts = {.d_ff = x.expert_width,
                       .num_experts = x.num_experts,
                       .expert_width = x.expert_width,
                       .top_k = x.top_k};
  out.layer.activation = Activation::kSwiGlu;
  out.routing = parse_routing(routing);
  out.backend = backend;
  return out;
}

/// What does not hold.
std::string faults_of(const CheckReport& report) {
  std::ostringstream out;
  for (const CheckItem& item : report.items) {
    if (!item.holds()) out << item.what << ": " << item.error << " > " << item.tolerance << "\n";
  }
  return out.str();
}
std::string faults_of(const Configuration& configuration) {
  return faults_of(check_layer(configuration, nullptr));
}

}  // namespace

TEST_CASE("emulated layers: products by loops agree with the reference", "[cuda][identity]") {
  for (const char* routing : {"router", "balanced", "zipf:1.0"}) {
    CHECK(faults_of(configuration_of("loop", {40, 64, 8, 24, 2}, routing)) == "");
  }
  CHECK(faults_of(configuration_of("batched", {40, 64, 8, 24, 2}, "balanced")) == "");
}

TEST_CASE("emulated layers: every choice of what wgmma fuses agrees with the reference",
          "[cuda][wgmma][identity]") {
  unsigned seed = 0;
  for (const char* backend : {"wgmma:plain", "wgmma:gather", "wgmma:activation",
                              "wgmma:gather+activation", "wgmma:activation+combination", "wgmma"}) {
    emulated_cuda::set_seed(++seed);
    INFO(backend);
    CHECK(faults_of(configuration_of(backend, {72, 72, 6, 136, 3}, "zipf:1.0")) == "");
  }
}

TEST_CASE("emulated layers: wgmma agrees with the reference for every activation and routing",
          "[cuda][wgmma][identity]") {
  unsigned seed = 10;
  for (const Activation activation : {Activation::kSwiGlu, Activation::kGelu, Activation::kRelu}) {
    for (const char* routing : {"router", "balanced", "zipf:1.5"}) {  // most experts stay empty
      emulated_cuda::set_seed(++seed);
      Configuration configuration = configuration_of("wgmma", {24, 64, 30, 72, 2}, routing);
      configuration.layer.activation = activation;
      configuration.layer.renormalize = seed % 2 == 0;
      INFO(to_string(activation) << ", " << routing);
      CHECK(faults_of(configuration) == "");
    }
  }
}

TEST_CASE("emulated layers: clusters of two blocks agree with the reference",
          "[cuda][wgmma][identity]") {
  // More rows per expert than a block takes, more steps of the depth than stages, and a part whose
  // second block has no rows.
  emulated_cuda::set_seed(20);
  CHECK(faults_of(configuration_of("wgmma", {325, 328, 1, 72, 1}, "balanced")) == "");
  CHECK(faults_of(configuration_of("wgmma:plain", {340, 72, 2, 264, 1}, "zipf:4.0")) == "");
}

TEST_CASE("emulated layers: wgmma gives the same bits in whatever order things happen",
          "[cuda][wgmma][identity]") {
  const Configuration configuration = configuration_of("wgmma", {90, 72, 4, 136, 2}, "zipf:1.0");
  emulated_cuda::set_seed(30);
  const CheckReport first = check_layer(configuration, nullptr);
  for (unsigned seed = 31; seed <= 33; ++seed) {
    emulated_cuda::set_seed(seed);
    const CheckReport again = check_layer(configuration, nullptr);
    REQUIRE(again.items.size() == first.items.size());
    for (std::size_t i = 0; i < first.items.size(); ++i) {
      INFO(first.items[i].what);
      CHECK(again.items[i].error == first.items[i].error);
    }
  }
}
