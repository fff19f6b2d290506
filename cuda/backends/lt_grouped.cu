// All experts in one grouped product of cuBLASLt, whose shapes and pointers are read on the device:
// no count travels to the host. The library has it for compute capability 9.0, 10.x and 11.0 and
// calls it experimental. Its notes know of hangs on Hopper where grouped products reuse a workspace
// (cuBLAS 13.4.0 and later): here every kind of product has one of its own, which successive passes
// do share.
#include <cublasLt.h>

#if CUBLAS_VERSION >= 130300

#include <algorithm>
#include <array>
#include <optional>

#include "cuda/backends/backends.hpp"
#include "cuda/backends/cublas_call.hpp"
#include "cuda/backends/lt_matmul.hpp"
#include "cuda/device/cuda_handles.hpp"

namespace isoflop::bench {
namespace {

// What the library reads on the device of one kind of product; [E'] each.
struct GroupArrays {
  struct Matrix {
    std::int64_t *rows, *cols, *leading;
    void** data;
  };
  Matrix a, b, c;
};

__global__ void describe_groups(ExpertProduct product, RowMajorProduct shape, OperandSteps steps,
                                const std::int32_t* counts, const std::int32_t* offsets,
                                int num_experts, GroupArrays out) {
  const int e = static_cast<int>(blockIdx.x * blockDim.x + threadIdx.x);
  if (e >= num_experts) return;
  (is_wgrad(product.kind) ? shape.depth : shape.rows) = counts[e];
  const ColumnMajorGemm x = column_major(shape);
  auto set = [&](const GroupArrays::Matrix& matrix, std::int64_t rows, std::int64_t cols,
                 std::int64_t leading, const Bf16* data) {
    matrix.rows[e] = rows;
    matrix.cols[e] = cols;
    matrix.leading[e] = leading;
    matrix.data[e] = const_cast<Bf16*>(data);
  };
  set(out.a, x.transpose_a ? x.k : x.m, x.transpose_a ? x.m : x.k, x.lda,
      product.right + steps.right.at(e, offsets[e]));
  set(out.b, x.transpose_b ? x.n : x.k, x.transpose_b ? x.k : x.n, x.ldb,
      product.left + steps.left.at(e, offsets[e]));
  set(out.c, x.m, x.n, x.ldc, static_cast<const Bf16*>(product.out) + steps.out.at(e, offsets[e]));
}

// Zeros in the weight gradients of experts without rows. A block per expert; size % 8 == 0.
__global__ void clear_empty_wgrads(uint4* out, std::int64_t size, const std::int32_t* counts) {
  if (counts[blockIdx.x] != 0) return;
  uint4* const own = out + static_cast<std::int64_t>(blockIdx.x) * (size / 8);
  for (std::int64_t i = threadIdx.x; i < size / 8; i += blockDim.x) own[i] = uint4{0, 0, 0, 0};
}

class Group {
 public:
  Group(const MoeLayer& layer, ExpertGemm kind)
      : num_experts_(static_cast<int>(layer.experts.num_experts)),
        shape_(expert_product(kind, layer, 1)),
        steps_(operand_steps(kind, layer)),
        numbers_(9 * array_stride(layer.experts.num_experts)),
        pointers_(3 * array_stride(layer.experts.num_experts)) {
    const std::size_t stride = array_stride(layer.experts.num_experts);
    std::size_t next = 0;
    for (auto* matrix : {&arrays_.a, &arrays_.b, &arrays_.c}) {
      matrix->rows = numbers_.data() + (3 * next) * stride;
      matrix->cols = numbers_.data() + (3 * next + 1) * stride;
      matrix->leading = numbers_.data() + (3 * next + 2) * stride;
      matrix->data = pointers_.data() + next * stride;
      ++next;
    }
    const ColumnMajorGemm x = column_major(shape_);
    const std::int32_t op_a = x.transpose_a ? CUBLAS_OP_T : CUBLAS_OP_N;
    const std::int32_t op_b = x.transpose_b ? CUBLAS_OP_T : CUBLAS_OP_N;
    ISOFLOP_CUBLAS_CALL(cublasLtMatmulDescInit(&operation_, CUBLAS_COMPUTE_32F, CUDA_R_32F));
    ISOFLOP_CUBLAS_CALL(cublasLtMatmulDescSetAttribute(&operation_, CUBLASLT_MATMUL_DESC_TRANSA,
                                                       &op_a, sizeof(op_a)));
    ISOFLOP_CUBLAS_CALL(cublasLtMatmulDescSetAttribute(&operation_, CUBLASLT_MATMUL_DESC_TRANSB,
                                                       &op_b, sizeof(op_b)));
    auto describe = [&](cublasLtMatrixLayoutOpaque_t& layout, const GroupArrays::Matrix& matrix) {
      ISOFLOP_CUBLAS_CALL(cublasLtGroupedMatrixLayoutInit(
          &layout, CUDA_R_16BF, num_experts_, matrix.rows, matrix.cols, matrix.leading));
      const std::int32_t wide = CUBLASLT_INTEGER_WIDTH_64;  // the library's default is 32
      for (const auto width : {CUBLASLT_GROUPED_MATRIX_LAYOUT_ROWS_COLS_ARRAY_INTEGER_WIDTH,
                               CUBLASLT_GROUPED_MATRIX_LAYOUT_LD_ARRAY_INTEGER_WIDTH}) {
        ISOFLOP_CUBLAS_CALL(cublasLtMatrixLayoutSetAttribute(&layout, width, &wide, sizeof(wide)));
      }
    };
    describe(a_, arrays_.a);
    describe(b_, arrays_.b);
    describe(c_, arrays_.c);
    choose(kind,
           std::max<std::int64_t>(1, static_cast<std::int64_t>(layer.num_rows()) / num_experts_));
  }

  void run(const ExpertProduct& product, const ExpertRows& rows, cudaStream_t stream) {
    constexpr int kThreads = 128;
    describe_groups<<<(num_experts_ + kThreads - 1) / kThreads, kThreads, 0, stream>>>(
        product, shape_, steps_, rows.device_counts, rows.device_offsets, num_experts_, arrays_);
    ISOFLOP_CUDA_CALL(cudaGetLastError());
    const float alpha = 1.0f, beta = 0.0f;
    ISOFLOP_CUBLAS_CALL(cublasLtMatmul(lt_handle(), &operation_, &alpha, arrays_.a.data, &a_,
                                       arrays_.b.data, &b_, &beta, arrays_.c.data, &c_,
                                       arrays_.c.data, &c_, &algorithm_, workspace_.data(),
                                       workspace_.size(), stream));
    if (!is_wgrad(product.kind)) return;
    clear_empty_wgrads<<<num_experts_, 256, 0, stream>>>(static_cast<uint4*>(product.out),
                                                         shape_.out_size(), rows.device_counts);
    ISOFLOP_CUDA_CALL(cudaGetLastError());
  }

 private:
  // The library's first proposal; the shapes are unknown to it but for their means.
  void choose(ExpertGemm kind, std::int64_t mean_rows) {
    RowMajorProduct mean = shape_;
    (is_wgrad(kind) ? mean.depth : mean.rows) = mean_rows;
    const ColumnMajorGemm x = column_major(mean);
    cublasLtMatmulPreferenceOpaque_t preference{};
    ISOFLOP_CUBLAS_CALL(cublasLtMatmulPreferenceInit(&preference));
    auto prefer = [&](cublasLtMatmulPreferenceAttributes_t attribute, const auto& value) {
      ISOFLOP_CUBLAS_CALL(
          cublasLtMatmulPreferenceSetAttribute(&preference, attribute, &value, sizeof(value)));
    };
    prefer(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, std::uint64_t{workspace_.size()});
    prefer(CUBLASLT_MATMUL_PREF_GROUPED_DESC_D_AVERAGE_ROWS, x.m);
    prefer(CUBLASLT_MATMUL_PREF_GROUPED_DESC_D_AVERAGE_COLS, x.n);
    prefer(CUBLASLT_MATMUL_PREF_GROUPED_AVERAGE_REDUCTION_DIM, x.k);
    cublasLtMatmulHeuristicResult_t result{};
    int found = 0;
    const cublasStatus_t status = cublasLtMatmulAlgoGetHeuristic(
        lt_handle(), &operation_, &a_, &b_, &c_, &c_, &preference, 1, &result, &found);
    if (status != CUBLAS_STATUS_NOT_SUPPORTED) ISOFLOP_CUBLAS_CALL(status);
    if (status != CUBLAS_STATUS_SUCCESS || found == 0 || result.state != CUBLAS_STATUS_SUCCESS) {
      throw CudaError("cuBLASLt has no grouped product for this GPU");
    }
    algorithm_ = result.algo;
  }

  int num_experts_;
  RowMajorProduct shape_;  // of an expert with one row
  OperandSteps steps_;
  DeviceArray<std::int64_t> numbers_;
  DeviceArray<void*> pointers_;
  DeviceArray<std::byte> workspace_{kWorkspaceBytes};
  GroupArrays arrays_{};
  cublasLtMatmulDescOpaque_t operation_{};
  cublasLtMatrixLayoutOpaque_t a_{}, b_{}, c_{};
  cublasLtMatmulAlgo_t algorithm_{};
};

class LtGroupedBackend final : public GemmBackend {
 public:
  bool needs_host_counts() const override { return false; }
  bool dw_is_fp32() const override { return false; }

  void tune(const MoeLayer& layer, const std::vector<ExpertProduct>& products, const ExpertRows&,
            cudaStream_t) override {
    for (const ExpertProduct& x : products) {
      groups_.at(static_cast<std::size_t>(x.kind)).emplace(layer, x.kind);
    }
  }

  void run(const MoeLayer&, const ExpertProduct& x, const ExpertRows& rows,
           cudaStream_t stream) override {
    groups_.at(static_cast<std::size_t>(x.kind)).value().run(x, rows, stream);
  }

 private:
  std::array<std::optional<Group>, kNumExpertGemms> groups_;
};

}  // namespace

std::unique_ptr<GemmBackend> make_lt_grouped_backend() {
  return std::make_unique<LtGroupedBackend>();
}

}  // namespace isoflop::bench

#endif
