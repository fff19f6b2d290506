#include <algorithm>
#include <utility>
#include <vector>

#include "cuda/layer/inputs.hpp"
#include "isoflop/core/random.hpp"
#include "cuda/kernels/launch.hpp"
#include "cuda/device/peaks.hpp"
#include "cuda/timing/sampling.hpp"

namespace isoflop::bench {
namespace {

constexpr std::size_t kCublasWorkspaceBytes = std::size_t{32} << 20;  // what cuBLAS takes on Hopper
constexpr std::uint64_t kSeed = 1;
constexpr std::uint64_t kRowWidth = 2048;  // 4 KB of bf16

// Large enough that launches and the edges of tiles count for little; the reduction of a layer is
// among them as well as longer ones.
constexpr std::array<std::array<std::uint64_t, 3>, 5> kShapes{{{8192, 8192, 8192},
                                                               {4096, 8192, 8192},
                                                               {16384, 8192, 4096},
                                                               {8192, 8192, 4096},
                                                               {16384, 4096, 2048}}};

void fill(const DeviceArray<Bf16>& array, Tensor tensor, cudaStream_t stream) {
  launch_fill(array.data(), array.size(), kSeed, static_cast<int>(tensor), scale_of(tensor),
              stream);
}

double median_s(SampleTimer& timer, const SamplePlan& plan,
                const std::function<void(cudaStream_t)>& work) {
  const TimedSamples timed =
      timer.run([&](std::uint64_t, cudaStream_t stream) { work(stream); }, plan);
  return summarize(timed.samples_s, kSeed).median_s;
}

void measure_copies(SampleTimer& timer, const SamplePlan& plan, std::uint64_t l2_bytes,
                    CostPeaks& peaks) {
  const std::uint64_t least_bytes = std::max(5 * l2_bytes, std::uint64_t{512} << 20);
  MoeLayer rows;
  rows.tokens = least_bytes / (kRowWidth * sizeof(Bf16));
  rows.d_model = kRowWidth;
  rows.experts = {.d_ff = 8, .num_experts = 1, .expert_width = 8, .top_k = 1};
  const std::size_t count = rows.tokens * kRowWidth;
  const DeviceArray<Bf16> from(count), to(count);
  fill(from, Tensor::kX, timer.stream());
  // A random order of all rows: every byte is read once, as in the copy.
  std::vector<std::int32_t> order(rows.tokens);
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = static_cast<std::int32_t>(i);
  Random random(kSeed);
  for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
  const DeviceArray<std::int32_t> slots(order.size());
  ISOFLOP_CUDA_CALL(cudaMemcpy(slots.data(), order.data(), order.size() * sizeof(std::int32_t),
                               cudaMemcpyHostToDevice));
  ISOFLOP_CUDA_CALL(cudaDeviceSynchronize());

  const std::size_t bytes = count * sizeof(Bf16);
  const double moved_bytes = 2.0 * static_cast<double>(bytes);
  peaks.copy_bytes_per_s = moved_bytes / median_s(timer, plan, [&](cudaStream_t stream) {
                             ISOFLOP_CUDA_CALL(cudaMemcpyAsync(to.data(), from.data(), bytes,
                                                               cudaMemcpyDeviceToDevice, stream));
                           });
  peaks.gather_bytes_per_s =
      moved_bytes / median_s(timer, plan, [&](cudaStream_t stream) {
        launch_permute(rows, from.data(), slots.data(), rows.tokens, to.data(), stream);
      });
}

}  // namespace

DenseGemm::DenseGemm(std::array<std::uint64_t, 3> mnk, cudaStream_t stream)
    : mnk_(mnk),
      a_(mnk[0] * mnk[2]),
      b_(mnk[1] * mnk[2]),
      c_(mnk[0] * mnk[1]),
      workspace_(kCublasWorkspaceBytes),
      matmul_({.product = {.form = ProductForm::kRightTransposed,
                           .rows = static_cast<std::int64_t>(mnk[0]),
                           .cols = static_cast<std::int64_t>(mnk[1]),
                           .depth = static_cast<std::int64_t>(mnk[2])}}) {
  fill(a_, Tensor::kX, stream);
  fill(b_, Tensor::kW1, stream);
  matmul_.choose_by_timing({a_.data(), b_.data(), c_.data()},
                           {workspace_.data(), workspace_.size()}, stream);
}

void DenseGemm::run(cudaStream_t stream) const {
  matmul_.run({a_.data(), b_.data(), c_.data()}, {workspace_.data(), workspace_.size()}, stream);
}

double DenseGemm::flops() const {
  return 2.0 * static_cast<double>(mnk_[0]) * static_cast<double>(mnk_[1]) *
         static_cast<double>(mnk_[2]);
}

CostPeaks measure_peaks(SampleTimer& timer, std::uint64_t l2_bytes) {
  const SamplePlan plan{};  // sustained
  CostPeaks peaks;
  double best = 0.0;
  for (const auto& mnk : kShapes) {
    const DenseGemm gemm(mnk, timer.stream());
    const double rate =
        gemm.flops() / median_s(timer, plan, [&](cudaStream_t stream) { gemm.run(stream); });
    if (rate <= best) continue;
    best = peaks.gemm_flops_per_s = rate;
    peaks.gemm_mnk = mnk;
  }
  measure_copies(timer, plan, l2_bytes, peaks);
  return peaks;
}

double Anchor::seconds(SampleTimer& timer) const {
  SamplePlan plan;
  plan.options.max_seconds = 0.5;
  return median_s(timer, plan, [&](cudaStream_t stream) { gemm_.run(stream); });
}

}  // namespace isoflop::bench
