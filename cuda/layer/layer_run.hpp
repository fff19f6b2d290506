/// The layer of one configuration on the device: its buffers, and its forward and backward as
/// launches on a stream. Several sets of buffers, so that timed repetitions do not find their data
/// in the L2 cache.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "cuda/device/cuda_call.hpp"
#include "cuda/device/moe_bench.hpp"
#include "cuda/kernels/launch.hpp"
#include "cuda/layer/layer_buffers.hpp"

namespace isoflop::bench {

/// Called between two stages of a pass with the stage that was just queued; empty: not called.
using StageMark = std::function<void(Stage, cudaStream_t)>;

/// The tensors of one set, for checks. Device pointers; shapes as in launch.hpp.
struct LayerView {
  const Bf16 *x, *w_router, *w1, *w2, *d_out;  ///< inputs
  const float *logits, *weights, *d_weights;
  const std::int32_t *chosen_ids, *ids, *row_of, *slot_of, *counts;
  const Bf16 *out, *dx, *d_logits, *d_w_router;
  const void *d_w1, *d_w2;  ///< bf16 or fp32, see dw_is_fp32
  bool dw_is_fp32;
  std::uint64_t num_rows;  ///< rows computed, padding included
};

class LayerRun {
 public:
  /// Allocates, fills inputs, routes (counts reach the host here for backends that need them), and
  /// lets the backend choose its algorithms; then one forward and backward of every set, so that a
  /// capture finds all kernels loaded. Every set has the same inputs, at other addresses. Throws
  /// InvalidArgument for what cannot be run, and CudaError: "... needs 12.3 GB, 4.5 GB are free".
  /// Precondition: num_sets >= 1.
  LayerRun(const Configuration& configuration, int num_sets);
  ~LayerRun();
  LayerRun(const LayerRun&) = delete;
  LayerRun& operator=(const LayerRun&) = delete;

  int num_sets() const;
  /// Queues a pass of one set. With eager = true a backend that needs the counts on the host
  /// copies them in the forward, within the stage kTopK, and waits, as a training step would; with
  /// eager = false (for graph capture) it takes those of the constructor. Backward uses what the
  /// forward of the same set found and may be repeated after it. Passes share weight gradients and
  /// scratch: one at a time. A stage whose work the backend fuses into its products is not marked.
  void forward(int set, cudaStream_t stream, bool eager, const StageMark& mark = {});
  void backward(int set, cudaStream_t stream, bool eager, const StageMark& mark = {});

  LayerView view(int set) const;
  RoutingStats stats() const;
  std::string counts_word(bool eager) const;  ///< "preknown", "copied" or "device"
  double executed_rows() const;               ///< rows the GEMMs of one projection compute

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace isoflop::bench
