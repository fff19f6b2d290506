#include "cuda/campaign/verify.hpp"

namespace isoflop::bench {

std::vector<Verified> verify_layer(Device& device, const MoeLayer& layer,
                                   const std::vector<Configuration>& configurations) {
  std::vector<Verified> out;
  for (const Configuration& configuration : configurations) {
    if (configuration.layer != layer) continue;
    out.push_back({configuration.backend, device.check(configuration)});
  }
  out.push_back({"kernels", device.check_kernels(layer, configurations.front().seed)});
  return out;
}

}  // namespace isoflop::bench
