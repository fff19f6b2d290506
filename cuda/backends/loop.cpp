// One cuBLASLt product per expert, each with its own number of rows, several at a time: the stream
// forks to lanes and joins them again, which a capture turns into branches of the graph.
#include <algorithm>
#include <array>
#include <map>
#include <utility>

#include "cuda/backends/backends.hpp"
#include "cuda/backends/lt_matmul.hpp"
#include "cuda/device/cuda_handles.hpp"
#include "cuda/kernels/index_math.hpp"

namespace isoflop::bench {
namespace {

// Orders streams; takes no time stamps.
class Order {
 public:
  Order() { ISOFLOP_CUDA_CALL(cudaEventCreateWithFlags(&event_, cudaEventDisableTiming)); }
  ~Order() { cudaEventDestroy(event_); }
  Order(const Order&) = delete;
  Order& operator=(const Order&) = delete;

  void record(cudaStream_t stream) { ISOFLOP_CUDA_CALL(cudaEventRecord(event_, stream)); }
  /// What `stream` gets from here on begins after what was queued before the last record.
  void hold(cudaStream_t stream) { ISOFLOP_CUDA_CALL(cudaStreamWaitEvent(stream, event_, 0)); }

 private:
  cudaEvent_t event_ = nullptr;
};

struct Lane {
  Stream stream;
  Order done;
  DeviceArray<std::byte> workspace{kLaneWorkspaceBytes};

  LtWorkspace scratch() const { return {workspace.data(), workspace.size()}; }
};

class LoopBackend final : public GemmBackend {
 public:
  bool needs_host_counts() const override { return true; }
  bool dw_is_fp32() const override { return false; }

  void tune(const MoeLayer& layer, const std::vector<ExpertProduct>& products,
            const ExpertRows& rows, cudaStream_t stream) override {
    matmuls_.clear();
    tuned_.clear();
    for (const ExpertProduct& x : products) {
      for (const std::int32_t count : rows.counts) {
        if (count == 0) continue;
        tune_bucket(layer, x, bucket_of(count), rows.offsets.back(), stream);
        matmul(layer, x.kind, count);
      }
    }
  }

  void run(const MoeLayer& layer, const ExpertProduct& x, const ExpertRows& rows,
           cudaStream_t stream) override {
    fork_.record(stream);
    for (Lane& lane : lanes_) fork_.hold(lane.stream);
    queue_empty_wgrads(layer, x, rows, stream);
    const OperandSteps steps = operand_steps(x.kind, layer);
    std::array<std::int64_t, kNumLanes> load{};
    for (std::size_t e = 0; e < rows.counts.size(); ++e) {
      if (rows.counts[e] == 0) continue;
      const auto least = static_cast<std::size_t>(
          std::distance(load.begin(), std::min_element(load.begin(), load.end())));
      load.at(least) += rows.counts[e];
      Lane& lane = lanes_.at(least);
      matmul(layer, x.kind, rows.counts[e])
          .run(operands(x, steps, static_cast<std::int64_t>(e), rows.offsets[e]), lane.scratch(),
               lane.stream);
    }
    for (Lane& lane : lanes_) {
      lane.done.record(lane.stream);
      lane.done.hold(stream);
    }
  }

 private:
  static LtOperands operands(const ExpertProduct& x, const OperandSteps& steps, std::int64_t expert,
                             std::int64_t first_row) {
    return {x.left + steps.left.at(expert, first_row), x.right + steps.right.at(expert, first_row),
            static_cast<Bf16*>(x.out) + steps.out.at(expert, first_row)};
  }

  // An algorithm for all numbers of rows of this bucket, timed on its largest.
  void tune_bucket(const MoeLayer& layer, const ExpertProduct& x, std::int64_t bucket,
                   std::int64_t num_rows, cudaStream_t stream) {
    const auto [entry, is_new] = tuned_.try_emplace(
        {x.kind, bucket},
        LtProduct{.product = expert_product(x.kind, layer, std::min(bucket, num_rows))});
    if (!is_new) return;
    // The first rows of all, for an expert's own may be fewer and the last ones.
    entry->second.choose_by_timing(operands(x, operand_steps(x.kind, layer), 0, 0),
                                   lanes_.front().scratch(), stream);
  }

  LtMatmul& matmul(const MoeLayer& layer, ExpertGemm kind, std::int64_t count) {
    const auto [entry, is_new] = matmuls_.try_emplace(
        {kind, count}, LtProduct{.product = expert_product(kind, layer, count)});
    if (is_new) {
      const auto tuned = tuned_.find({kind, bucket_of(count)});
      if (tuned != tuned_.end()) {
        entry->second.choose_like(tuned->second, kLaneWorkspaceBytes);
      } else {  // counts that tune() did not see
        entry->second.choose_by_heuristic(kLaneWorkspaceBytes);
      }
    }
    return entry->second;
  }

  Order fork_;
  std::array<Lane, kNumLanes> lanes_;
  std::map<std::pair<ExpertGemm, std::int64_t>, LtMatmul> tuned_;    // by bucket
  std::map<std::pair<ExpertGemm, std::int64_t>, LtMatmul> matmuls_;  // by rows
};

}  // namespace

std::unique_ptr<GemmBackend> make_loop_backend() { return std::make_unique<LoopBackend>(); }

}  // namespace isoflop::bench
