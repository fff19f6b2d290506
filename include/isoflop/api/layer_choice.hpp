/// Layers of experts that a request asks about, one per granularity.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "isoflop/cost/moe_layer.hpp"
#include "isoflop/shape/experts.hpp"

namespace isoflop::api {

/// d_model and either d_ff, expansion, granularity and k0, or num_experts, expert_width and top_k.
struct LayerChoice {
  std::optional<std::uint64_t> tokens;   ///< T: of the micro-batch
  std::optional<std::uint64_t> d_model;  ///< d: width of the model
  std::string activation = "swiglu";     ///< or gelu, relu
  bool renormalize = false;              ///< scale the K weights of a token to sum to 1
  std::optional<std::uint64_t> d_ff;     ///< of the dense layer that E and G refer to
  std::vector<double> granularity;       ///< a layer each
  std::optional<double> expansion, k0;
  std::optional<std::uint64_t> num_experts, expert_width, top_k;
};

/// Layers that can be run, no two alike, in the order said. Throws InvalidArgument.
std::vector<MoeLayer> layers_of(const LayerChoice& choice);

}  // namespace isoflop::api
