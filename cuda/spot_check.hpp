/// The places of a large layer that a check looks at, what is there, and what should be there.
#pragma once

#include <cstdint>
#include <vector>

#include "device_tensors.hpp"
#include "moe_bench.hpp"
#include "reference.hpp"

namespace isoflop::bench {

/// How the device routed, on the host.
struct RoutedIds {
  std::vector<std::int32_t> chosen_ids, ids, row_of;  ///< [T, K]
  std::vector<float> weights;                         ///< [T, K]
  bool operator==(const RoutedIds&) const = default;
};
RoutedIds fetch_routing(const MoeLayer& layer, const LayerView& view);

struct HiddenUnit {
  std::uint64_t expert, unit;
};
struct Places {
  std::vector<std::uint64_t> tokens;       ///< whose out and dX are compared
  std::vector<HiddenUnit> units;           ///< whose rows of dW1 and columns of dW2 are
  std::vector<std::uint64_t> router_rows;  ///< experts whose rows of dW_router are
};
/// Few enough for the CPU, all distinct. Units belong to experts that got rows, and one to an
/// expert that got none if there is such a one.
Places draw_places(const MoeLayer& layer, const RoutedIds& routing, std::uint64_t seed);

/// By what tolerances of whole tensors are to be multiplied: fewer numbers vary more.
inline constexpr double kFewNumbers = 2.0;

/// What the reference says of the places and of the way to them, on the device's ids.
struct ExpectedPlaces {
  LayerResult result;       ///< tensors hold the places one after another
  Reals weights, d_logits;  ///< [tokens, K], [tokens, E'] of the tokens looked at
};
/// For units it takes the device's weights and for dW_router its gradients of logits; whether those
/// are right is seen at the tokens. Runs on all cores.
ExpectedPlaces expected_at(const Places& places, const SpotReference& reference,
                           const RoutedIds& routing, const DeviceTensors& tensors);
LayerResult actual_at(const Places& places, const MoeLayer& layer, const DeviceTensors& tensors);
/// "weights" and "dlogits" of the tokens.
std::vector<CheckItem> compare_routing(const Places& places, const MoeLayer& layer,
                                       const ExpectedPlaces& expected, const RoutedIds& routing,
                                       const DeviceTensors& tensors);

}  // namespace isoflop::bench
