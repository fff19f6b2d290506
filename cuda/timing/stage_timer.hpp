/// Seconds of every stage of a pass, in a run of their own. The pass is captured into a graph with
/// a node between every two stages that records an event, so that no stage waits for the host; an
/// event costs the device up to about two microseconds, which the rule in sampling.hpp allows for.
/// Stages that a backend runs on several streams at once count as one.
#pragma once

#include <vector>

#include "cuda/layer/layer_run.hpp"
#include "cuda/timing/sample_timer.hpp"

namespace isoflop::bench {

struct StageSamples {
  std::vector<Stage> stages;                   ///< in order of execution
  std::vector<std::vector<double>> samples_s;  ///< [stages, samples]
  GpuState state;
};

/// Rotates over the buffer sets of `run`. Precondition: a forward of every set has run.
StageSamples time_stages(LayerRun& run, Pass pass, cudaStream_t stream, const SamplePlan& plan,
                         const Nvml& nvml);

}  // namespace isoflop::bench
