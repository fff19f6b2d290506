// All experts in one cublasGemmGroupedBatchedEx, each a group of one product with its own number of
// rows. The shapes are host arrays; where operands begin, device arrays, written by a kernel.
#include <array>
#include <optional>
#include <vector>

#include "cuda/backends/backends.hpp"
#include "cuda/backends/cublas_call.hpp"
#include "cuda/device/cuda_handles.hpp"

namespace isoflop::bench {
namespace {

struct PointerArrays {  // [E'] each
  const void **a, **b;
  void** c;
};

__global__ void find_operands(ExpertProduct product, OperandSteps steps,
                              const std::int32_t* offsets, int num_experts, PointerArrays out) {
  const int e = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (e >= num_experts) return;
  out.a[e] = product.right + steps.right.at(e, offsets[e]);
  out.b[e] = product.left + steps.left.at(e, offsets[e]);
  out.c[e] = static_cast<Bf16*>(product.out) + steps.out.at(e, offsets[e]);
}

// Arguments of one product of all experts, by group. They stay where they are while a graph lives
// that was captured from them.
struct Groups {
  std::vector<cublasOperation_t> op_a, op_b;
  std::vector<int> m, n, k, lda, ldb, ldc, size;
  std::vector<float> alpha, beta;

  void set(ExpertGemm kind, const MoeLayer& layer, const std::vector<std::int32_t>& counts) {
    const std::size_t count = counts.size();
    op_a.resize(count), op_b.resize(count);
    for (auto* x : {&m, &n, &k, &lda, &ldb, &ldc}) x->resize(count);
    size.assign(count, 1);
    alpha.assign(count, 1.0f);
    beta.assign(count, 0.0f);
    for (std::size_t e = 0; e < count; ++e) {
      const ColumnMajorGemm x = column_major(expert_product(kind, layer, counts[e]));
      op_a[e] = x.transpose_a ? CUBLAS_OP_T : CUBLAS_OP_N;
      op_b[e] = x.transpose_b ? CUBLAS_OP_T : CUBLAS_OP_N;
      // An expert without rows writes nothing: its weight gradient is set to zero apart.
      const bool empty = counts[e] == 0;
      m[e] = empty ? 0 : static_cast<int>(x.m);
      n[e] = empty ? 0 : static_cast<int>(x.n);
      k[e] = empty ? 0 : static_cast<int>(x.k);
      lda[e] = static_cast<int>(x.lda);
      ldb[e] = static_cast<int>(x.ldb);
      ldc[e] = static_cast<int>(x.ldc);
    }
  }
};

class GroupedBackend final : public GemmBackend {
 public:
  GroupedBackend() {
    ISOFLOP_CUBLAS_CALL(cublasCreate(&handle_));
    try {
      ISOFLOP_CUBLAS_CALL(cublasSetPointerMode(handle_, CUBLAS_POINTER_MODE_HOST));
      // Partial sums stay in fp32.
      ISOFLOP_CUBLAS_CALL(cublasSetMathMode(
          handle_, static_cast<cublasMath_t>(CUBLAS_DEFAULT_MATH |
                                             CUBLAS_MATH_DISALLOW_REDUCED_PRECISION_REDUCTION)));
    } catch (...) {
      cublasDestroy(handle_);
      throw;
    }
  }
  ~GroupedBackend() override { cublasDestroy(handle_); }

  bool needs_host_counts() const override { return true; }
  bool dw_is_fp32() const override { return false; }

  void tune(const MoeLayer& layer, const std::vector<ExpertProduct>&, const ExpertRows& rows,
            cudaStream_t) override {
    pointers_.emplace(3 * array_stride(layer.experts.num_experts));
    set_counts(layer, rows.counts);
  }

  void run(const MoeLayer& layer, const ExpertProduct& x, const ExpertRows& rows,
           cudaStream_t stream) override {
    if (rows.counts != counts_) set_counts(layer, rows.counts);
    queue_empty_wgrads(layer, x, rows, stream);
    const int num_experts = static_cast<int>(rows.counts.size());
    void** const first = pointers_.value().data();
    const std::size_t stride = array_stride(rows.counts.size());
    const PointerArrays arrays{const_cast<const void**>(first),
                               const_cast<const void**>(first + stride), first + 2 * stride};
    constexpr int kThreads = 128;
    find_operands<<<(num_experts + kThreads - 1) / kThreads, kThreads, 0, stream>>>(
        x, operand_steps(x.kind, layer), rows.device_offsets, num_experts, arrays);
    ISOFLOP_CUDA_CALL(cudaGetLastError());
    const Groups& groups = groups_.at(static_cast<std::size_t>(x.kind));
    // cublasSetStream goes back to the library's own workspace.
    ISOFLOP_CUBLAS_CALL(cublasSetStream(handle_, stream));
    ISOFLOP_CUBLAS_CALL(cublasSetWorkspace(handle_, workspace_.data(), workspace_.size()));
    ISOFLOP_CUBLAS_CALL(cublasGemmGroupedBatchedEx(
        handle_, groups.op_a.data(), groups.op_b.data(), groups.m.data(), groups.n.data(),
        groups.k.data(), groups.alpha.data(), arrays.a, CUDA_R_16BF, groups.lda.data(), arrays.b,
        CUDA_R_16BF, groups.ldb.data(), groups.beta.data(), arrays.c, CUDA_R_16BF,
        groups.ldc.data(), num_experts, groups.size.data(), CUBLAS_COMPUTE_32F));
  }

 private:
  void set_counts(const MoeLayer& layer, const std::vector<std::int32_t>& counts) {
    for (int i = 0; i < kNumExpertGemms; ++i) {
      groups_.at(static_cast<std::size_t>(i)).set(static_cast<ExpertGemm>(i), layer, counts);
    }
    counts_ = counts;
  }

  cublasHandle_t handle_ = nullptr;
  DeviceArray<std::byte> workspace_{kWorkspaceBytes};
  std::optional<DeviceArray<void*>> pointers_;  // three arrays, after tune()
  std::vector<std::int32_t> counts_;            // those that groups_ are for
  std::array<Groups, kNumExpertGemms> groups_;
};

}  // namespace

std::unique_ptr<GemmBackend> make_grouped_backend() { return std::make_unique<GroupedBackend>(); }

}  // namespace isoflop::bench
