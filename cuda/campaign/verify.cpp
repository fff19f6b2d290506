#include "cuda/campaign/verify.hpp"

#include <set>
#include <utility>

#include "cuda/device/backend_name.hpp"

namespace isoflop::bench {

std::vector<Verified> verify_layer(Device& device, const MoeLayer& layer,
                                   const std::vector<Configuration>& configurations) {
  std::vector<Verified> out;
  for (const Configuration& configuration : configurations) {
    if (configuration.layer != layer) continue;
    out.push_back({configuration.backend, device.check(configuration)});
  }
  std::set<std::string> seen;  // what is fused makes no difference here
  for (const Configuration& configuration : configurations) {
    const std::string name(parse_backend_name(configuration.backend).base);
    if (configuration.layer != layer || !seen.insert(name).second) continue;
    CheckReport products = device.check_products(configuration, 1);
    if (!products.items.empty()) out.push_back({"products of " + name, std::move(products)});
  }
  out.push_back({"kernels", device.check_kernels(layer, configurations.front().seed)});
  return out;
}

}  // namespace isoflop::bench
