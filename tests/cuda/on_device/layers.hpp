/// Layers small enough for the float64 reference to take a moment.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "cuda/campaign/backend_choice.hpp"
#include "cuda/device/backend_name.hpp"
#include "cuda/device/moe_bench.hpp"

namespace isoflop_test {

/// 192 tokens of width 64; 8 experts of width 48, two of them per token.
inline isoflop::MoeLayer small_layer(
    isoflop::Activation activation = isoflop::Activation::kSwiGlu) {
  isoflop::MoeLayer layer;
  layer.tokens = 192;
  layer.d_model = 64;
  layer.experts = {.d_ff = 96, .num_experts = 8, .expert_width = 48, .top_k = 2};
  layer.activation = activation;
  return layer;
}

inline isoflop::bench::Configuration small_configuration(const std::string& backend,
                                                         const std::string& routing) {
  isoflop::bench::Configuration out;
  out.layer = small_layer();
  out.routing = isoflop::bench::parse_routing(routing);
  out.backend = backend;
  return out;
}

/// Backends that run here, and of those that fuse each of what they may fuse.
inline std::vector<std::string> backends_to_test() {
  std::vector<std::string> out, remarks;
  const isoflop::bench::BackendsHere here = isoflop::bench::backends_here();
  for (const std::string& name : isoflop::bench::chosen_backends({}, here, remarks)) {
    const bool fuses = isoflop::bench::traits_of(name).fuses != isoflop::Fusion{};
    const std::vector<std::string> each = isoflop::bench::chosen_backends(
        {.backend = name, .fuse = fuses ? "each,activation,activation+combination" : ""}, here,
        remarks);
    out.insert(out.end(), each.begin(), each.end());
  }
  return out;
}

/// Those without capacity: they drop nothing, whatever the routing.
inline std::vector<std::string> dropless_backends() {
  std::vector<std::string> out = backends_to_test();
  std::erase(out, "batched");
  return out;
}

/// What of a report does not hold, for the message of a failed test.
inline std::string faults_of(const isoflop::bench::CheckReport& report) {
  std::string out = report.items.empty() ? "nothing was compared" : "";
  for (const isoflop::bench::CheckItem& item : report.items) {
    if (item.holds()) continue;
    out += item.what + ": error " + std::to_string(item.error) + " above " +
           std::to_string(item.tolerance) + "; ";
  }
  return out;
}

}  // namespace isoflop_test
