/// Layers small enough for the float64 reference to take a moment.
#pragma once

#include <cstdint>
#include <string>

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

/// Backends without capacity: they drop nothing, whatever the routing.
inline std::vector<std::string> dropless_backends() {
  std::vector<std::string> out;
  for (const std::string& name : isoflop::bench::backend_names()) {
    if (name != "batched") out.push_back(name);
  }
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
