#include "cuda/timing/layer_timer.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <memory>
#include <string>
#include <utility>

#include "cuda/device/backend_name.hpp"
#include "cuda/device/cuda_handles.hpp"
#include "cuda/timing/sampling.hpp"
#include "cuda/timing/stage_timer.hpp"
#include "isoflop/cost/moe_work.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop::bench {
namespace {

constexpr std::uint64_t kGraphBytes = std::uint64_t{256} << 20;  // a generous guess
constexpr double kFirstSoakSeconds = 0.5;
constexpr double kNextSoakSeconds = 0.2;  // the card comes straight from the row before

bool is_same(const Configuration& a, const Configuration& b) {
  return a.layer == b.layer && to_string(a.routing) == to_string(b.routing) &&
         a.routing.path == b.routing.path && a.backend == b.backend &&
         a.capacity_factor == b.capacity_factor && a.seed == b.seed;
}

void require_checked(const Configuration& configuration, const CheckReport& report) {
  if (!is_same(configuration, report.configuration)) {
    throw CudaError("the check was of another configuration: nothing is timed");
  }
  if (!report.passed()) throw CudaError("the check did not pass: nothing is timed");
}

std::string duration(double seconds) {
  return seconds >= 1e-3 ? human_number(1e3 * seconds) + " ms"
                         : human_number(1e6 * seconds) + " us";
}
std::string in_percent(double ratio) { return human_number(100.0 * ratio) + " %"; }

/// Work of a stage, or of all stages of a pass, as this layer does it.
class LayerWork {
 public:
  LayerWork(const MoeLayer& layer, const Fusion& fused, const LayerRun& run)
      : size_(size_of(layer)) {
    const LayerView view = run.view(0);
    std::vector<std::int32_t> counts =
        fetch(view.counts, static_cast<std::size_t>(layer.experts.num_experts));
    if (run.stats().dropped_rows > 0) {  // dropped rows are not computed and so not counted
      const auto capacity = static_cast<std::int32_t>(view.num_rows / layer.experts.num_experts);
      for (std::int32_t& count : counts) count = std::min(count, capacity);
    }
    rows_ = counted_rows(counts);
    rows_.executed = run.executed_rows();
    options_.fused = fused;
    options_.logit_gradient_bytes = sizeof(Bf16);
    options_.weight_gradient_bytes = view.dw_is_fp32 ? sizeof(float) : sizeof(Bf16);
  }

  void put_into(CostRow& row) const {
    StageWork work;
    if (row.stage != Stage::kWhole) {
      work = of(row.stage);
    } else {
      for (const Stage stage : stages_of(row.pass, options_.fused)) work += of(stage);
    }
    row.model_flops = work.model_flops;
    row.padded_flops = work.padded_flops;
    row.executed_flops = work.executed_flops;
    row.bytes = work.bytes();
  }

 private:
  StageWork of(Stage stage) const {
    WorkOptions options = options_;
    if (stage == Stage::kRouterWgrad) options.weight_gradient_bytes = sizeof(Bf16);
    return stage_work(size_, rows_, stage, options);
  }

  LayerSize size_;
  isoflop::ExpertRows rows_{};
  WorkOptions options_;
};

/// Every set of a run, a pass of it captured once.
class PassGraphs {
 public:
  PassGraphs(LayerRun& run, Pass pass, cudaStream_t stream) {
    for (int set = 0; set < run.num_sets(); ++set) {
      graphs_.emplace_back(stream, [&] { queue(run, pass, set, stream, false); });
    }
  }
  void launch(std::uint64_t repetition, cudaStream_t stream) const {
    graphs_[repetition % graphs_.size()].launch(stream);
  }
  static void queue(LayerRun& run, Pass pass, int set, cudaStream_t stream, bool eager) {
    if (pass != Pass::kBackward) run.forward(set, stream, eager);
    if (pass != Pass::kForward) run.backward(set, stream, eager);
  }

 private:
  std::vector<Graph> graphs_;
};

class RowTimer {
 public:
  RowTimer(const Configuration& configuration, const TimingOptions& options,
           const CheckReport& report, std::uint64_t l2_bytes, SampleTimer& timer, const Nvml& nvml)
      : options_(options),
        timer_(timer),
        nvml_(nvml),
        run_(configuration, num_rotated_sets(layer_bytes(configuration).per_set, l2_bytes)) {
    plan_.options = options;
    plan_.soak_s = kFirstSoakSeconds;
    row_.layer = configuration.layer;
    row_.backend = configuration.backend;
    row_.fused = parse_backend_name(configuration.backend).fused;
    row_.routing = to_string(configuration.routing);
    row_.seed = configuration.seed;
    row_.stats = run_.stats();
    row_.regime = options.regime;
    row_.dw_dtype = run_.view(0).dw_is_fp32 ? "fp32" : "bf16";
    row_.capacity_factor = configuration.capacity_factor;
    put_check(report);
    work_ = std::make_unique<LayerWork>(configuration.layer, row_.fused, run_);
  }

  std::vector<CostRow> rows() {
    std::vector<Pass> passes{options_.pass};
    if (options_.pass == Pass::kBoth) passes = {Pass::kForward, Pass::kBackward, Pass::kBoth};
    // All graphs first: capturing between two rows would let the card cool down.
    std::vector<PassGraphs> graphs;
    for (const Pass pass : passes) graphs.emplace_back(run_, pass, timer_.stream());
    std::vector<CostRow> out;
    for (std::size_t i = 0; i < passes.size(); ++i) {
      out.push_back(whole(passes[i], graphs[i]));
    }
    if (passes.size() == 3) cross_check(out);
    if (options_.eager) out.push_back(eager(options_.pass));
    for (std::size_t i = 0; options_.stages && i < passes.size(); ++i) {
      // The stages of both passes together are those of each.
      if (passes.size() == 3 && passes[i] == Pass::kBoth) continue;
      add_stages(passes[i], out[i].time_s, out);
    }
    require_equal_sets();
    return out;
  }

 private:
  // The check saw one set of buffers, the times are of all of them: same inputs, same results.
  void require_equal_sets() const {
    constexpr std::uint64_t kNumRows = 32;
    const std::uint64_t d = row_.layer.d_model, tokens = row_.layer.tokens;
    const std::uint64_t size = std::min(kNumRows, tokens) * d, first = (tokens * d - size) / 2;
    auto rows = [&](const Bf16* tensor) {
      return fetch(reinterpret_cast<const std::uint16_t*>(tensor) + first, size);
    };
    const auto out = rows(run_.view(0).out), dx = rows(run_.view(0).dx);
    for (int set = 1; set < run_.num_sets(); ++set) {
      if (rows(run_.view(set).out) == out && rows(run_.view(set).dx) == dx) continue;
      throw CudaError(
          "the same inputs gave other results in another set of buffers: nothing is "
          "recorded");
    }
  }

  void put_check(const CheckReport& report) {
    // The item that came closest to its tolerance stands for all of them.
    double closest = -1.0;
    for (const CheckItem& item : report.items) {
      if (!(item.tolerance > 0.0) || item.error / item.tolerance <= closest) continue;
      closest = item.error / item.tolerance;
      row_.check_error = item.error;
      row_.check_tolerance = item.tolerance;
    }
  }

  CostRow row_of(Pass pass, Stage stage, bool graph, std::vector<double> samples_s,
                 const GpuState& state) const {
    CostRow row = row_;
    row.pass = pass;
    row.stage = stage;
    row.graph = graph;
    row.counts = run_.counts_word(!graph);
    // No clock tells less than a tenth of a nanosecond apart; further digits only fill files.
    for (double& x : samples_s) x = std::max(1.0, std::round(x * 1e10)) / 1e10;
    const SampleSummary summary = summarize(samples_s, row.seed);
    row.time_s = summary.median_s;
    row.p10_s = summary.p10_s;
    row.p90_s = summary.p90_s;
    row.low_s = summary.low_s;
    row.high_s = summary.high_s;
    row.samples_s = std::move(samples_s);
    row.state = state;
    work_->put_into(row);
    return row;
  }

  CostRow whole(Pass pass, const PassGraphs& graphs) {
    const TimedSamples timed =
        timer_.run([&](std::uint64_t i, cudaStream_t stream) { graphs.launch(i, stream); }, plan_);
    plan_.soak_s = kNextSoakSeconds;
    CostRow row = row_of(pass, Stage::kWhole, true, timed.samples_s, timed.state);
    if (!timed.launches_hidden()) row.remarks.push_back("launches: not hidden");
    return row;
  }

  CostRow eager(Pass pass) {
    const auto num_sets = static_cast<std::uint64_t>(run_.num_sets());
    const QueueWork work = [&](std::uint64_t i, cudaStream_t stream) {
      PassGraphs::queue(run_, pass, static_cast<int>(i % num_sets), stream, true);
    };
    const TimedSamples timed = timer_.run(work, plan_);
    CostRow row = row_of(pass, Stage::kWhole, false, timed.samples_s, timed.state);
    row.remarks.push_back("host: " + duration(timer_.host_s(work)) + " to queue");
    if (row.counts == "copied" && pass != Pass::kBackward) {
      const std::int32_t* const counts = run_.view(0).counts;
      const std::size_t num_experts = row.layer.experts.num_experts;
      const double copy_s =
          timer_.host_s([&](std::uint64_t, cudaStream_t) { fetch(counts, num_experts); });
      row.remarks.push_back("counts: " + duration(copy_s) + " to copy from an idle device");
    }
    if (!timed.launches_hidden()) row.remarks.push_back("launches: not hidden");
    return row;
  }

  // Backward was timed directly; the other way to it is a check.
  static void cross_check(std::vector<CostRow>& rows) {
    const double difference_s = rows[2].time_s - rows[0].time_s;
    rows[1].remarks.push_back(
        "both less forward: " + in_percent(difference_s / rows[1].time_s - 1.0) + " beside this");
  }

  void add_stages(Pass pass, double whole_s, std::vector<CostRow>& out) {
    StageSamples stages = time_stages(run_, pass, timer_.stream(), plan_, nvml_);
    const std::size_t first = out.size();
    std::vector<double> medians_s;
    for (std::size_t k = 0; k < stages.stages.size(); ++k) {
      out.push_back(
          row_of(pass, stages.stages[k], true, std::move(stages.samples_s[k]), stages.state));
      medians_s.push_back(out.back().time_s);
    }
    const std::string remark = stages_remark(whole_s, medians_s);
    if (remark.empty()) return;
    for (std::size_t k = first; k < out.size(); ++k) out[k].remarks.push_back(remark);
    for (CostRow& row : out) {
      if (row.pass == pass && row.stage == Stage::kWhole && row.graph) {
        row.remarks.push_back(remark);
      }
    }
  }

  const TimingOptions options_;
  SampleTimer& timer_;
  const Nvml& nvml_;
  LayerRun run_;
  SamplePlan plan_;
  CostRow row_;  // what all rows have in common
  std::unique_ptr<LayerWork> work_;
};

}  // namespace

std::uint64_t timing_bytes(const Configuration& configuration, std::uint64_t l2_bytes) {
  const LayerBytes bytes = layer_bytes(configuration);
  const auto num_sets = static_cast<std::uint64_t>(num_rotated_sets(bytes.per_set, l2_bytes));
  return bytes.shared + num_sets * bytes.per_set + kGraphBytes;
}

std::vector<CostRow> time_layer(const Configuration& configuration, const TimingOptions& options,
                                const CheckReport& report, std::uint64_t l2_bytes,
                                SampleTimer& timer, const Nvml& nvml) {
  require_checked(configuration, report);
  return RowTimer(configuration, options, report, l2_bytes, timer, nvml).rows();
}

}  // namespace isoflop::bench
