/// Small layers for tests: every activation, both ways to weight, and inputs whose router and
/// experts matter alike.
#pragma once

#include <vector>

#include "cuda/layer/inputs.hpp"
#include "cuda/reference/reference.hpp"

namespace isoflop_test {

inline std::vector<isoflop::MoeLayer> small_layers(std::uint64_t tokens, std::uint64_t d_model,
                                                   std::uint64_t num_experts, std::uint64_t width,
                                                   std::uint64_t top_k) {
  std::vector<isoflop::MoeLayer> out;
  for (const auto activation :
       {isoflop::Activation::kSwiGlu, isoflop::Activation::kGelu, isoflop::Activation::kRelu}) {
    for (const bool renormalize : {false, true}) {
      out.push_back({tokens, d_model, {width, num_experts, width, top_k}, activation, renormalize});
    }
  }
  return out;
}

/// Weights ten times larger than the benchmark's: in so narrow a layer the activation would
/// otherwise hardly differ from a straight line.
inline isoflop::bench::RealTensors lively_tensors(const isoflop::MoeLayer& layer,
                                                  std::uint64_t seed) {
  auto tensors = isoflop::bench::to_real(isoflop::bench::make_tensors(layer, seed));
  for (auto* weights : {&tensors.w_router, &tensors.w1, &tensors.w2}) {
    for (double& weight : *weights) {
      weight = isoflop::bench::stored(10.0 * weight, isoflop::bench::Stores::kBf16);
    }
  }
  return tensors;
}

}  // namespace isoflop_test
