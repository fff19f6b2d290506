#include <cmath>

#include "catch.hpp"
#include "cuda/device/nvml.hpp"

namespace nvml_test {

using namespace isoflop::bench;

TEST_CASE("nvml: an absent library leaves everything not measured", "[bench][refusal]") {
  const Nvml nvml("GPU-00000000-0000-0000-0000-000000000000", "libno-such-library.so.1");
  CHECK(!nvml.found());
  const isoflop::GpuState state = nvml.read();
  CHECK(std::isnan(state.sm_clock_mhz));
  CHECK(std::isnan(state.memory_clock_mhz));
  CHECK(std::isnan(state.power_w));
  CHECK(std::isnan(state.temperature_c));
  CHECK(nvml.driver_version().empty());
}

TEST_CASE("nvml: a library without its functions is as good as absent", "[bench][refusal]") {
  const Nvml nvml("GPU-00000000-0000-0000-0000-000000000000", "libm.so.6");
  CHECK(!nvml.found());
  CHECK(std::isnan(nvml.read().power_w));
  CHECK(nvml.driver_version().empty());
}

TEST_CASE("nvml: the name of a card has five groups of hexadecimal digits", "[bench][format]") {
  CHECK(gpu_uuid_text({0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc,
                       0xdd, 0xee, 0xff}) == "GPU-00112233-4455-6677-8899-aabbccddeeff");
}

}  // namespace nvml_test
