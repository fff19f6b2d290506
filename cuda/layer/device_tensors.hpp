/// Rows of a layer's tensors, brought from the device to the host as a check asks for them, so that
/// a layer need not fit into the host's memory. Every fetch waits for its copy; whatever writes the
/// tensors must be over.
#pragma once

#include <cstdint>
#include <vector>

#include "cuda/checks/spot_check.hpp"
#include "cuda/layer/layer_run.hpp"
#include "cuda/reference/spot_reference.hpp"

namespace isoflop::bench {

/// How the device routed.
struct RoutedIds {
  std::vector<std::int32_t> chosen_ids, ids, row_of;  ///< [T, K]
  std::vector<float> weights;                         ///< [T, K]
  bool operator==(const RoutedIds&) const = default;
};

class DeviceTensors {
 public:
  DeviceTensors(const MoeLayer& layer, const LayerView& view) : layer_(layer), view_(view) {}

  const LayerView& view() const { return view_; }
  RoutedIds routing() const;
  /// The fetchers keep what they need; the memory on the device must outlive them.
  RowFetcher inputs() const;
  OutputFetcher outputs() const;

 private:
  MoeLayer layer_;
  LayerView view_;
};

/// NaN in everything that a forward and a backward have to write and a check reads: what they leave
/// out is seen.
void poison_outputs(const MoeLayer& layer, const LayerView& view, cudaStream_t stream);

}  // namespace isoflop::bench
