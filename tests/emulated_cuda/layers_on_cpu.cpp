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

std::string faults_of(const Configuration& configuration) {
  const CheckReport report = check_layer(configuration, nullptr);
  std::ostringstream out;
  for (const CheckItem& item : report.items) {
    if (!item.holds()) out << item.what << ": " << item.error << " > " << item.tolerance << "\n";
  }
  return out.str();
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
  emulated_cuda::set_seed(1);
  for (const char* backend : {"wgmma:plain", "wgmma:gather", "wgmma:activation",
                              "wgmma:gather+activation", "wgmma:activation+combination", "wgmma"}) {
    INFO(backend);
    CHECK(faults_of(configuration_of(backend, {72, 72, 6, 136, 3}, "zipf:1.0")) == "");
  }
}
