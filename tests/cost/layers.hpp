/// Layers given by their rates, for tests.
#pragma once

#include <cstdint>

#include "isoflop/cost/moe_layer.hpp"

namespace isoflop::testing {

struct LayerRates {
  std::uint64_t tokens = 16384, d_model = 2048, d_ff = 8192, expansion = 64, granularity = 1,
                k0 = 1;
  Activation activation = Activation::kSwiGlu;
};

inline MoeLayer layer_of(const LayerRates& x) {
  return {.tokens = x.tokens,
          .d_model = x.d_model,
          .experts = {x.d_ff, x.expansion * x.granularity, x.d_ff / x.granularity,
                      x.k0 * x.granularity},
          .activation = x.activation};
}

}  // namespace isoflop::testing
