// The layer on a device against the float64 reference: every backend, activation and routing.
#include <set>
#include <string>
#include <vector>

#include "catch.hpp"
#include "cuda/device/moe_bench.hpp"
#include "device.hpp"
#include "io/scratch_folder.hpp"
#include "layers.hpp"

namespace layer_checks_test {

using namespace isoflop;
using namespace isoflop::bench;
using namespace isoflop_test;

namespace {

void check_agrees(const Configuration& configuration) {
  Device& device = require_device();
  INFO("backend " << configuration.backend << ", routing " << to_string(configuration.routing)
                  << ", activation " << to_string(configuration.layer.activation));
  const CheckReport report = device.check(configuration);
  INFO(faults_of(report));
  CHECK(report.passed());
}

/// A routing file in which token t goes to the experts that `choose` says.
template <class Choose>
std::string write_ids(const testing::ScratchFolder& folder, const MoeLayer& layer,
                      const Choose& choose) {
  std::string text;
  for (std::uint64_t t = 0; t < layer.tokens; ++t) {
    for (std::uint64_t k = 0; k < layer.experts.top_k; ++k) {
      text += std::to_string(choose(t, k)) + ' ';
    }
    text += '\n';
  }
  return folder.write("ids.txt", text);
}

}  // namespace

TEST_CASE("layer on the device: every backend agrees with the reference", "[cuda][gpu][identity]") {
  for (const std::string& backend : backends_to_test()) {
    for (const char* routing : {"router", "balanced", "multinomial", "zipf:1.0"}) {
      if (backend == "batched" && std::string(routing) != "balanced") continue;
      check_agrees(small_configuration(backend, routing));
    }
  }
}

TEST_CASE("layer on the device: every activation agrees with the reference",
          "[cuda][gpu][identity]") {
  for (const std::string& backend : backends_to_test()) {
    for (const Activation activation :
         {Activation::kSwiGlu, Activation::kGelu, Activation::kRelu}) {
      Configuration configuration = small_configuration(backend, "balanced");
      configuration.layer.activation = activation;
      check_agrees(configuration);
    }
  }
}

TEST_CASE("layer on the device: renormalized weights agree with the reference",
          "[cuda][gpu][identity]") {
  for (const std::string& backend : dropless_backends()) {
    for (const char* routing : {"router", "multinomial"}) {
      Configuration configuration = small_configuration(backend, routing);
      configuration.layer.renormalize = true;
      check_agrees(configuration);
    }
  }
}

TEST_CASE("layer on the device: dropped rows give nothing in output and gradients",
          "[cuda][gpu][identity]") {
  for (const double factor : {0.5, 1.0, 1.25}) {
    Configuration configuration = small_configuration("batched", "zipf:1.0");
    configuration.capacity_factor = factor;
    check_agrees(configuration);
  }
}

TEST_CASE("layer on the device: experts without a row agree with the reference",
          "[cuda][gpu][identity]") {
  const testing::ScratchFolder folder;
  const std::string path = write_ids(folder, small_layer(), [](std::uint64_t t, std::uint64_t k) {
    return k == 0 ? 1 : (t % 2 == 0 ? 3 : 6);  // 0, 2, 4, 5 and 7 stay empty
  });
  for (const std::string& backend : dropless_backends()) {
    check_agrees(small_configuration(backend, "file:" + path));
  }
}

TEST_CASE("layer on the device: all tokens may go to the same expert", "[cuda][gpu][identity]") {
  const testing::ScratchFolder folder;
  for (const std::string& backend : dropless_backends()) {
    Configuration configuration = small_configuration(backend, "multinomial");
    configuration.layer.experts.top_k = 1;
    const std::string path =
        write_ids(folder, configuration.layer, [](std::uint64_t, std::uint64_t) { return 5; });
    configuration.routing = parse_routing("file:" + path);
    check_agrees(configuration);
  }
}

TEST_CASE("layer on the device: many experts and odd numbers of tokens agree with the reference",
          "[cuda][gpu][identity]") {
  for (const std::string& backend : dropless_backends()) {
    Configuration configuration = small_configuration(backend, "multinomial");
    configuration.layer.tokens = 77;
    configuration.layer.experts = {.d_ff = 64, .num_experts = 1024, .expert_width = 8, .top_k = 8};
    check_agrees(configuration);
  }
}

TEST_CASE("layer on the device: a layer too large for the whole reference is checked in places",
          "[cuda][gpu][identity]") {
  for (const std::string& backend : dropless_backends()) {
    Configuration configuration = small_configuration(backend, "multinomial");
    configuration.layer.tokens = 8192;
    configuration.layer.d_model = 1024;
    configuration.layer.experts = {
        .d_ff = 2048, .num_experts = 32, .expert_width = 512, .top_k = 4};
    check_agrees(configuration);
  }
}

TEST_CASE("layer on the device: output and all four gradients are compared",
          "[cuda][gpu][identity]") {
  const CheckReport report = require_device().check(small_configuration("grouped", "multinomial"));
  std::set<std::string> compared;
  for (const CheckItem& item : report.items) compared.insert(item.what);
  for (const char* what : {"out", "dX", "dW1", "dW2", "dW_router", "expert ids"}) {
    INFO(what);
    CHECK(compared.count(what) == 1);
  }
}

TEST_CASE("layer on the device: the same seed gives the same errors to the last bit",
          "[cuda][gpu][identity]") {
  Device& device = require_device();
  for (const std::string& backend : dropless_backends()) {
    Configuration configuration = small_configuration(backend, "router");
    const CheckReport first = device.check(configuration), second = device.check(configuration);
    REQUIRE(first.items.size() == second.items.size());
    for (std::size_t i = 0; i < first.items.size(); ++i) {
      INFO(backend << ", " << first.items[i].what);
      CHECK(first.items[i].error == second.items[i].error);
    }
    configuration.seed = 2;
    const CheckReport other = device.check(configuration);
    REQUIRE(other.items.size() == first.items.size());
    bool differs = false;
    for (std::size_t i = 0; i < first.items.size(); ++i) {
      differs |= first.items[i].error != other.items[i].error;
    }
    CHECK(differs);
  }
}

}  // namespace layer_checks_test
