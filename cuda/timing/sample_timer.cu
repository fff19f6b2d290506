#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include "isoflop/core/interval.hpp"
#include "cuda/timing/sample_timer.hpp"

namespace isoflop::bench {
namespace {

// A thousand times the resolution of an event at least; on a busy card long enough that samples
// tell of more than a moment, after a pause short enough that they tell of nothing else.
constexpr double kSustainedSampleSeconds = 2e-3, kBurstSampleSeconds = 500e-6;
constexpr double kAheadSeconds = 10e-3;  // longer than the host is usually kept from queueing
constexpr auto kPause = std::chrono::milliseconds(50);
constexpr std::uint64_t kLongestBatch = 4096;
constexpr double kLongestSpinSeconds = 50e-3;

double now_s() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Holds the stream while the host queues what is timed behind it.
__global__ void spin(unsigned long long nanoseconds) {
  unsigned long long start = 0, now = 0;
  asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(start));
  do {
    asm volatile("mov.u64 %0, %%globaltimer;" : "=l"(now));
  } while (now - start < nanoseconds);
}

void launch_spin(double seconds, cudaStream_t stream) {
  spin<<<1, 1, 0, stream>>>(static_cast<unsigned long long>(seconds * 1e9));
  ISOFLOP_CUDA_CALL(cudaGetLastError());
}

}  // namespace

void pause_before_burst(cudaStream_t stream) {
  ISOFLOP_CUDA_CALL(cudaStreamSynchronize(stream));
  std::this_thread::sleep_for(kPause);
}

std::uint64_t SampleTimer::find_batch(const QueueWork& work, double least_s, double& batch_s) {
  Event start, end;
  work(repetition_++, stream_);  // the first one loads kernels
  std::uint64_t batch = 1;
  for (;;) {
    stream_.wait();
    start.record(stream_);
    for (std::uint64_t i = 0; i < batch; ++i) work(repetition_++, stream_);
    end.record(stream_);
    end.wait();
    batch_s = end.seconds_since(start);
    if (batch_s >= least_s || batch >= kLongestBatch) return batch;
    const double wanted = static_cast<double>(batch) * least_s / std::max(batch_s, 1e-6);
    batch = std::clamp(static_cast<std::uint64_t>(std::ceil(1.1 * wanted)), batch + 1,
                       std::min(kLongestBatch, 8 * batch));
  }
}

TimedSamples SampleTimer::run(const QueueWork& work, const SamplePlan& plan) {
  return plan.options.regime == Regime::kSustained ? run_sustained(work, plan)
                                                   : run_burst(work, plan);
}

// One unbroken queue from the soak to the last sample. Batch i lies between the events i and i + 1;
// the host waits for the end of batch i - ahead before it queues batch i.
TimedSamples SampleTimer::run_sustained(const QueueWork& work, const SamplePlan& plan) {
  TimedSamples out;
  double batch_s = 0.0;
  out.batch = find_batch(work, kSustainedSampleSeconds, batch_s);
  const auto ahead = static_cast<std::uint64_t>(
      std::clamp(std::ceil(kAheadSeconds / std::max(batch_s, 1e-6)), 2.0, 32.0));
  std::vector<Event> events(ahead + 2);
  std::vector<bool> uncovered(ahead + 2, false);
  auto event = [&](std::uint64_t i) -> Event& { return events[i % events.size()]; };

  Soak soak(plan.soak_s);
  StopRule stop(plan.options);
  double sampling_since_s = now_s();
  event(0).record(stream_);
  for (std::uint64_t i = 0;; ++i) {
    if (i >= ahead) {
      const std::uint64_t over = i - ahead;
      event(over + 1).wait();
      const double seconds = event(over + 1).seconds_since(event(over));
      if (soak.settled()) {
        out.samples_s.push_back(seconds / static_cast<double>(out.batch));
        out.num_uncovered += uncovered[over % uncovered.size()] ? 1 : 0;
        if (stop(out.samples_s, now_s() - sampling_since_s)) break;
      } else {
        soak.add(seconds, out.batch);
        sampling_since_s = now_s();
      }
    }
    for (std::uint64_t k = 0; k < out.batch; ++k) work(repetition_++, stream_);
    uncovered[i % uncovered.size()] = event(i).has_passed();
    event(i + 1).record(stream_);
  }
  out.state = nvml_.read();  // the last batches are still running
  stream_.wait();
  return out;
}

TimedSamples SampleTimer::run_burst(const QueueWork& work, const SamplePlan& plan) {
  TimedSamples out;
  double batch_s = 0.0;
  out.batch = find_batch(work, kBurstSampleSeconds, batch_s);
  Event start, end;
  StopRule stop(plan.options);
  double spin_s = 2.0 * host_s(work) * static_cast<double>(out.batch) + 20e-6;
  const double since_s = now_s();
  for (;;) {
    pause_before_burst(stream_);
    launch_spin(std::min(spin_s, kLongestSpinSeconds), stream_);
    start.record(stream_);
    for (std::uint64_t k = 0; k < out.batch; ++k) work(repetition_++, stream_);
    const bool uncovered = start.has_passed();
    end.record(stream_);
    out.state = nvml_.read();
    end.wait();
    if (uncovered && spin_s < kLongestSpinSeconds) {  // once more, with a longer cover
      spin_s *= 2.0;
      continue;
    }
    out.samples_s.push_back(end.seconds_since(start) / static_cast<double>(out.batch));
    out.num_uncovered += uncovered ? 1 : 0;
    if (stop(out.samples_s, now_s() - since_s)) return out;
  }
}

double SampleTimer::host_s(const QueueWork& work) {
  constexpr std::size_t kFewest = 3, kMost = 9;
  constexpr double kEnoughSeconds = 0.3;  // of a slow layer
  std::vector<double> seconds;
  const double since_s = now_s();
  while (seconds.size() < kFewest ||
         (seconds.size() < kMost && now_s() - since_s < kEnoughSeconds)) {
    stream_.wait();
    const double start_s = now_s();
    work(repetition_++, stream_);
    seconds.push_back(now_s() - start_s);
  }
  stream_.wait();
  std::sort(seconds.begin(), seconds.end());
  return sample_quantile(seconds, 0.5);
}

}  // namespace isoflop::bench
