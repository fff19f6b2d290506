/// A layer on the device against the float64 reference: launched one by one, and as a CUDA graph,
/// which is what is timed. Small layers: whole tensors, both ways. Large ones: tokens, hidden units
/// and experts drawn from the seed, of the graph; and rows launched one by one beside those of the
/// graph. Outputs and gradients are compared on the device's own expert ids, which are compared
/// apart: a tie is no failure.
#pragma once

#include "cuda/device/moe_bench.hpp"
#include "cuda/layer/layer_run.hpp"

namespace isoflop::bench {

/// Throws CudaError where the layer cannot run at all.
CheckReport check_layer(const Configuration& configuration, cudaStream_t stream);

}  // namespace isoflop::bench
