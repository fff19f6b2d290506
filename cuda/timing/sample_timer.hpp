/// Seconds of a piece of queued work, by CUDA events.
///   sample = (time of the event behind a batch - time of the event in front of it) / batch
/// A batch repeats the work until a sample is long beside the resolution of events (about half a
/// microsecond). Launches are hidden: the host stays some batches ahead of the device, or, after
/// an idle pause, the device first spins while the host queues. Samples during which the device
/// waited for the host all the same are counted.
#pragma once

#include <cuda_runtime.h>

#include <cstdint>
#include <functional>
#include <vector>

#include "cuda/device/cuda_handles.hpp"
#include "cuda/device/moe_bench.hpp"
#include "cuda/device/nvml.hpp"
#include "cuda/timing/timing_plan.hpp"

namespace isoflop::bench {

/// Puts one repetition of the work on the stream. Repetitions are numbered through, so that they
/// can take the buffer sets in turn.
using QueueWork = std::function<void(std::uint64_t repetition, cudaStream_t stream)>;

struct SamplePlan {
  TimingOptions options;  ///< regime, and when there are enough samples
  double soak_s = 0.5;    ///< sustained: as in Soak, before the first sample
};

struct TimedSamples {
  std::vector<double> samples_s;    ///< seconds of one repetition
  std::uint64_t batch = 1;          ///< repetitions in a sample
  std::uint64_t num_uncovered = 0;  ///< samples whose start passed before all of them was queued
  GpuState state;                   ///< sustained: under load, right behind the last sample

  /// Whether the launches stayed hidden in nine samples of ten.
  bool launches_hidden() const { return 10 * num_uncovered <= samples_s.size(); }
};

class SampleTimer {
 public:
  explicit SampleTimer(const Nvml& nvml) : nvml_(nvml) {}

  cudaStream_t stream() const { return stream_; }
  TimedSamples run(const QueueWork& work, const SamplePlan& plan);
  /// Median seconds of the host in queueing one repetition to an idle device; where the work waits
  /// for the device, that too.
  double host_s(const QueueWork& work);

 private:
  /// Repetitions that take at least so long; batch_s: how long they took.
  std::uint64_t find_batch(const QueueWork& work, double least_s, double& batch_s);
  TimedSamples run_sustained(const QueueWork& work, const SamplePlan& plan);
  TimedSamples run_burst(const QueueWork& work, const SamplePlan& plan);

  const Nvml& nvml_;
  Stream stream_;
  std::uint64_t repetition_ = 0;
};

/// Keeps the device idle for the pause before a sample of the burst regime.
void pause_before_burst(cudaStream_t stream);

}  // namespace isoflop::bench
