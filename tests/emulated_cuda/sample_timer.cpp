// cuda/timing/sample_timer.hpp for the emulation: as many samples as are asked for at least, one
// repetition each. They say nothing of a card.
#include "cuda/timing/sample_timer.hpp"

#include <algorithm>

namespace isoflop::bench {

TimedSamples SampleTimer::run(const QueueWork& work, const SamplePlan& plan) {
  TimedSamples out;
  for (int i = 0; i < std::max(plan.options.min_samples, 1); ++i)
    out.samples_s.push_back(host_s(work));
  out.state = nvml_.read();
  return out;
}

double SampleTimer::host_s(const QueueWork& work) {
  Event start, end;
  start.record(stream_);
  work(repetition_++, stream_);
  end.record(stream_);
  return end.seconds_since(start);
}

void pause_before_burst(cudaStream_t) {}

}  // namespace isoflop::bench
