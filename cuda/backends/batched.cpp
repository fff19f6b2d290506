// All experts in one strided-batched product of cuBLASLt: every expert has the same number of rows,
// because routing is balanced or because experts pad and drop to a capacity.
#include <array>
#include <optional>

#include "cuda/backends/backends.hpp"
#include "cuda/backends/lt_matmul.hpp"
#include "cuda/device/cuda_handles.hpp"

namespace isoflop::bench {
namespace {

class BatchedBackend final : public GemmBackend {
 public:
  bool needs_host_counts() const override { return false; }
  bool dw_is_fp32() const override { return false; }

  void tune(const MoeLayer& layer, const std::vector<ExpertProduct>& products,
            const ExpertRows& rows, cudaStream_t stream) override {
    if (rows.capacity == 0) {
      throw InvalidArgument("the batched backend needs as many rows for every expert");
    }
    for (const ExpertProduct& x : products) {
      auto& matmul = matmuls_.at(static_cast<std::size_t>(x.kind));
      matmul.emplace(LtProduct{
          .product = expert_product(x.kind, layer, static_cast<std::int64_t>(rows.capacity)),
          .batch = static_cast<std::int64_t>(layer.experts.num_experts)});
      matmul->choose_by_timing({x.left, x.right, x.out}, workspace(), stream);
    }
  }

  void run(const MoeLayer&, const ExpertProduct& x, const ExpertRows&,
           cudaStream_t stream) override {
    matmuls_.at(static_cast<std::size_t>(x.kind))
        .value()
        .run({x.left, x.right, x.out}, workspace(), stream);
  }

 private:
  LtWorkspace workspace() const { return {workspace_.data(), workspace_.size()}; }

  DeviceArray<std::byte> workspace_{kWorkspaceBytes};
  std::array<std::optional<LtMatmul>, kNumExpertGemms> matmuls_;
};

}  // namespace

std::unique_ptr<GemmBackend> make_batched_backend() { return std::make_unique<BatchedBackend>(); }

}  // namespace isoflop::bench
