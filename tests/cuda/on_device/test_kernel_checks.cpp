// The kernels around the GEMMs, each alone, on random and adversarial routings.
#include "catch.hpp"
#include "device.hpp"
#include "layers.hpp"

namespace kernel_checks_test {

using namespace isoflop;
using namespace isoflop::bench;
using namespace isoflop_test;

TEST_CASE("kernels: all of them agree with the CPU for every activation", "[cuda][gpu][identity]") {
  for (const Activation activation : {Activation::kSwiGlu, Activation::kGelu, Activation::kRelu}) {
    for (const bool renormalize : {false, true}) {
      MoeLayer layer = small_layer(activation);
      layer.renormalize = renormalize;
      const CheckReport report = require_device().check_kernels(layer, 1);
      INFO(faults_of(report));
      CHECK(report.passed());
    }
  }
}

TEST_CASE("kernels: all of them agree with the CPU up to 4096 experts", "[cuda][gpu][identity]") {
  for (const std::uint64_t num_experts : {1u, 2u, 33u, 512u, 513u, 4096u}) {
    MoeLayer layer = small_layer();
    layer.tokens = 301;
    layer.experts.num_experts = num_experts;
    layer.experts.top_k = num_experts < 8 ? 1 : 8;
    INFO(num_experts << " experts");
    const CheckReport report = require_device().check_kernels(layer, num_experts);
    INFO(faults_of(report));
    CHECK(report.passed());
  }
}

TEST_CASE("products: every backend's agree with the CPU and repeat to the bit",
          "[cuda][gpu][identity]") {
  for (const std::string& backend : dropless_backends()) {
    for (const Activation activation :
         {Activation::kSwiGlu, Activation::kGelu, Activation::kRelu}) {
      Configuration configuration = small_configuration(backend, "multinomial");
      configuration.layer.activation = activation;
      const CheckReport report = require_device().check_products(configuration, 100);
      INFO(backend << ", " << to_string(activation));
      INFO(faults_of(report));
      CHECK(report.passed());
    }
  }
}

TEST_CASE("products: widths of real layers agree with the CPU", "[cuda][gpu][identity]") {
  for (const std::string& backend : dropless_backends()) {
    for (const auto& [d, n] : {std::pair{2048, 768}, {2048, 1024}, {384, 1536}, {2048, 128}}) {
      Configuration configuration = small_configuration(backend, "multinomial");
      configuration.layer.d_model = static_cast<std::uint64_t>(d);
      configuration.layer.experts.expert_width = static_cast<std::uint64_t>(n);
      const CheckReport report = require_device().check_products(configuration, 3);
      INFO(backend << ", d " << d << ", n " << n);
      INFO(faults_of(report));
      CHECK(report.passed());
    }
  }
}

}  // namespace kernel_checks_test
