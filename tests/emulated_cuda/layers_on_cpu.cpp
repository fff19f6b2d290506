// Whole layers, forward and backward, run on the CPU: the comparison with the float64 reference
// that a GPU has to pass (layer_check.hpp), for the kernels of our own and for products by loops.
#include <algorithm>
#include <array>
#include <cstdint>
#include <sstream>
#include <string>

#include "catch.hpp"
#include "cuda/checks/layer_check.hpp"
#include "emulated_cuda.hpp"
#include "emulated_host.hpp"
#include "isoflop/core/random.hpp"

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

/// A layer of any kind; widths and numbers of experts such that no output has only a few numbers,
/// whose errors would scatter.
Configuration drawn_configuration(std::uint64_t seed) {
  Random random(seed);
  auto from = [&](std::uint64_t least, std::uint64_t most) {
    return least + random.below(most - least + 1);
  };
  constexpr std::array kBackends = {"wgmma:plain",
                                    "wgmma:gather",
                                    "wgmma:activation",
                                    "wgmma:gather+activation",
                                    "wgmma:activation+combination",
                                    "wgmma"};
  constexpr std::array kRoutings = {"router", "balanced", "multinomial", "zipf:0.7", "zipf:2.0"};
  constexpr std::array kActivations = {Activation::kSwiGlu, Activation::kGelu, Activation::kRelu};
  const std::uint64_t experts = from(0, 2) == 0 ? from(1, 2) : from(3, 40);
  const Shape shape{.tokens = experts < 3 ? from(100, 700) : from(20, 200),
                    .d_model = 8 * from(8, experts < 3 ? 45 : 20),
                    .num_experts = experts,
                    .expert_width = 8 * from(1, 40),
                    .top_k = from(1, std::min<std::uint64_t>(experts, 4))};
  Configuration out = configuration_of(kBackends[random.below(kBackends.size())], shape,
                                       kRoutings[random.below(kRoutings.size())]);
  out.layer.activation = kActivations[random.below(kActivations.size())];
  out.layer.renormalize = random.below(2) == 1;
  out.seed = seed;
  return out;
}

void check_drawn(std::uint64_t first, std::uint64_t count) {
  for (std::uint64_t seed = first; seed < first + count; ++seed) {
    const Configuration x = drawn_configuration(seed);
    emulated_cuda::set_seed(static_cast<unsigned>(seed));
    emulated_cuda::num_multiprocessors = static_cast<int>(1 + seed % 5);
    const ExpertLayer& experts = x.layer.experts;
    INFO("seed " << seed << ": " << x.backend << ", " << to_string(x.routing) << ", "
                 << to_string(x.layer.activation) << ", " << x.layer.tokens << " tokens of "
                 << x.layer.d_model << ", " << experts.num_experts << " experts of "
                 << experts.expert_width << ", top-" << experts.top_k);
    CHECK(faults_of(x) == "");
  }
  emulated_cuda::num_multiprocessors = 4;
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

TEST_CASE("emulated layers: drawn layers agree with the reference", "[cuda][wgmma][identity]") {
  check_drawn(1, 4);
}
TEST_CASE("emulated layers: many drawn layers agree with the reference", "[.many]") {
  check_drawn(1000, 200);
}
