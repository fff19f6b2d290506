/// All rows of one configuration: every pass as a CUDA graph and launched kernel by kernel, and its
/// stages in a run of their own.
#pragma once

#include <cstdint>
#include <vector>

#include "layer_run.hpp"
#include "moe_bench.hpp"
#include "sample_timer.hpp"

namespace isoflop::bench {

/// Buffer sets that are taken in turn so that a repetition finds nothing of the last one with the
/// same set in the cache: together more than eight times L2, for a forward pass touches about half
/// of a set. A layer that is larger by itself needs one.
int num_sets_of(const LayerBytes& bytes, std::uint64_t l2_bytes);

/// Throws CudaError unless the report is of this configuration and passed: nothing is timed that
/// was not checked.
std::vector<CostRow> time_layer(const Configuration& configuration, const TimingOptions& options,
                                const CheckReport& report, std::uint64_t l2_bytes,
                                SampleTimer& timer, const Nvml& nvml);

}  // namespace isoflop::bench
