#include <algorithm>
#include <chrono>
#include <memory>

#include "cuda/device/cuda_handles.hpp"
#include "cuda/timing/stage_timer.hpp"

namespace isoflop::bench {
namespace {

constexpr double kEventSeconds = 0.5e-6;    // events tell no less apart
constexpr std::uint64_t kFewestQueued = 4;  // graphs in flight, so that reading one starves none

/// One captured pass and the events in it; what it measured is read before its next launch.
class TimedPass {
 public:
  TimedPass(LayerRun& run, int set, Pass pass, cudaStream_t stream)
      : graph_(stream, [&] {
          events_.emplace_back().record_in_graph(stream);
          const StageMark mark = [&](Stage stage, cudaStream_t where) {
            stages_.push_back(stage);
            events_.emplace_back().record_in_graph(where);
          };
          if (pass != Pass::kBackward) run.forward(set, stream, false, mark);
          if (pass != Pass::kForward) run.backward(set, stream, false, mark);
        }) {}

  void launch(cudaStream_t stream) {
    graph_.launch(stream);
    launched_.record(stream);
  }
  const std::vector<Stage>& stages() const { return stages_; }
  /// Waits for the last launch. [stages]
  std::vector<double> seconds() const {
    launched_.wait();
    std::vector<double> out;
    for (std::size_t i = 1; i < events_.size(); ++i) {
      out.push_back(std::max(events_[i].seconds_since(events_[i - 1]), kEventSeconds));
    }
    return out;
  }

 private:
  // An event of the graph may look passed from the launch before, so that nobody waits for one.
  Event launched_;
  // Before the graph, whose capture fills them.
  std::vector<Event> events_;
  std::vector<Stage> stages_;
  Graph graph_;
};

}  // namespace

StageSamples time_stages(LayerRun& run, Pass pass, cudaStream_t stream, const SamplePlan& plan,
                         const Nvml& nvml) {
  const bool burst = plan.options.regime == Regime::kBurst;
  const auto num_sets = static_cast<std::uint64_t>(run.num_sets());
  std::vector<std::unique_ptr<TimedPass>> passes;
  for (std::uint64_t i = 0; i < std::max(num_sets, kFewestQueued); ++i) {
    passes.push_back(
        std::make_unique<TimedPass>(run, static_cast<int>(i % num_sets), pass, stream));
  }

  StageSamples out;
  out.stages = passes.front()->stages();
  out.samples_s.resize(out.stages.size());
  std::vector<double> sums_s;
  Soak soak(burst ? 0.0 : plan.soak_s);
  StopRule stop(plan.options);
  auto since = std::chrono::steady_clock::now();
  // Takes in what one launch measured; whether that was enough.
  auto harvest = [&](const TimedPass& timed) {
    const std::vector<double> seconds = timed.seconds();
    double sum_s = 0.0;
    for (const double x : seconds) sum_s += x;
    if (!soak.settled()) {
      soak.add(sum_s, 1);
      since = std::chrono::steady_clock::now();
      return false;
    }
    for (std::size_t k = 0; k < seconds.size(); ++k) out.samples_s[k].push_back(seconds[k]);
    sums_s.push_back(sum_s);
    return stop(sums_s,
                std::chrono::duration<double>(std::chrono::steady_clock::now() - since).count());
  };

  for (std::uint64_t i = 0;; ++i) {
    TimedPass& timed = *passes[i % passes.size()];
    if (burst) {
      pause_before_burst(stream);
      timed.launch(stream);
      out.state = nvml.read();
      if (harvest(timed)) break;
      continue;
    }
    if (i >= passes.size() && harvest(timed)) break;
    timed.launch(stream);
  }
  if (!burst) out.state = nvml.read();  // the other graphs are still running
  ISOFLOP_CUDA_CALL(cudaStreamSynchronize(stream));
  return out;
}

}  // namespace isoflop::bench
