/// All rows of one configuration: every pass as a CUDA graph, the one asked for also launched
/// kernel by kernel, and the stages in a run of their own.
#pragma once

#include <cstdint>
#include <vector>

#include "cuda/device/moe_bench.hpp"
#include "cuda/layer/layer_run.hpp"
#include "cuda/timing/sample_timer.hpp"

namespace isoflop::bench {

/// What timing takes on the device, its sets of buffers and graphs included.
std::uint64_t timing_bytes(const Configuration& configuration, std::uint64_t l2_bytes);

/// Throws CudaError unless the report is of this configuration and passed: nothing is timed that
/// was not checked.
std::vector<CostRow> time_layer(const Configuration& configuration, const TimingOptions& options,
                                const CheckReport& report, std::uint64_t l2_bytes,
                                SampleTimer& timer, const Nvml& nvml);

}  // namespace isoflop::bench
