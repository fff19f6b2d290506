// The benchmark in a build without CUDA: there is no device, and this says how to get one.
#include "cuda/device/backend_name.hpp"
#include "cuda/device/moe_bench.hpp"

namespace isoflop::bench {

std::vector<std::string> backend_names() {
  std::vector<std::string> out;
  for (const BackendTraits& traits : backend_traits()) out.emplace_back(traits.name);
  return out;
}

std::string device_capability() { return {}; }

std::string built_for() { return {}; }

std::string why_no_device() {
  return "this build has no CUDA part: configure it where nvcc is installed "
         "(cmake --preset bench)";
}

std::unique_ptr<Device> open_device() { throw CudaError(why_no_device()); }

}  // namespace isoflop::bench
