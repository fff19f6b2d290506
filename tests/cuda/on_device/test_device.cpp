// What a device says of itself, and what it does with more than it can hold.
#include <string>

#include "catch.hpp"
#include "device.hpp"
#include "layers.hpp"

namespace device_test {

using namespace isoflop;
using namespace isoflop::bench;
using namespace isoflop_test;

TEST_CASE("device: a build with CUDA says what it was built for", "[cuda][format]") {
  CHECK(built_for().rfind("sm_", 0) == 0);
}

TEST_CASE("device: without one opening it is refused with the reason", "[cuda][refusal]") {
  const std::string reason = why_no_device();
  if (reason.empty()) skip("there is a device");
  CHECK(reason.find('\n') == std::string::npos);
  CHECK_THROWS_WITH(open_device(), reason);
}

TEST_CASE("device: the environment names it completely", "[cuda][gpu][format]") {
  const CostEnvironment x = require_device().environment();
  CHECK(!x.gpu_name.empty());
  CHECK(x.gpu_uuid.rfind("GPU-", 0) == 0);
  CHECK(x.num_sms > 0);
  CHECK(x.memory_bytes > x.l2_bytes);
  CHECK(x.l2_bytes > 0);
  CHECK(x.compute_capability.find('.') != std::string::npos);
  CHECK(!x.driver.empty());
  CHECK(!x.cuda.empty());
  CHECK(!x.cublas.empty());
}

TEST_CASE("device: too large a layer is refused with the memory it needs and what is free",
          "[cuda][gpu][refusal]") {
  Device& device = require_device();
  Configuration configuration = small_configuration("grouped", "balanced");
  configuration.layer.tokens = std::uint64_t{1} << 22;
  configuration.layer.d_model = 8192;
  configuration.layer.experts = {.d_ff = 1024, .num_experts = 8, .expert_width = 1024, .top_k = 1};
  REQUIRE(device.needed_bytes(configuration, {}) > device.free_bytes());
  std::string text;
  try {
    device.check(configuration);
  } catch (const CudaError& fault) {
    text = fault.what();
  }
  INFO(text);
  CHECK(text.find("needs") != std::string::npos);
  CHECK(text.find("free") != std::string::npos);
}

TEST_CASE("device: a checked and timed configuration gives all its memory back",
          "[cuda][gpu][identity]") {
  Device& device = require_device();
  const Configuration configuration = small_configuration("grouped", "balanced");
  TimingOptions options;
  options.max_seconds = 0.1;
  options.eager = false;
  // The first round loads libraries, which keep what they took.
  device.time(configuration, options, device.check(configuration));
  const std::uint64_t before = device.free_bytes();
  for (int round = 0; round < 3; ++round) {
    device.time(configuration, options, device.check(configuration));
  }
  // The driver keeps small pools of its own.
  CHECK(device.free_bytes() + (std::uint64_t{16} << 20) >= before);
}

}  // namespace device_test
