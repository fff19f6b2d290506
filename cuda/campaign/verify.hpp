// Results of backends and kernels against the float64 reference, without timing anything.
#pragma once

#include <string>
#include <vector>

#include "cuda/device/moe_bench.hpp"

namespace isoflop::bench {

struct Verified {
  std::string what;  ///< a backend, "products of" one, or "kernels"
  CheckReport report;
};

/// Every configuration of this layer, then every backend's products alone, then every kernel alone.
/// Precondition: there is one.
std::vector<Verified> verify_layer(Device& device, const MoeLayer& layer,
                                   const std::vector<Configuration>& configurations);

}  // namespace isoflop::bench
