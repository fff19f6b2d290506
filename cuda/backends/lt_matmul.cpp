#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "cuda/backends/cublas_call.hpp"
#include "cuda/backends/lt_matmul.hpp"
#include "cuda/device/cuda_handles.hpp"

namespace isoflop::bench {
namespace {

constexpr int kMostCandidates = 32;

// What was found fastest before, in the order of finding: there are few, and they are looked up
// only when a layer is set up.
struct KnownAlgorithm {
  LtProduct what;
  std::size_t workspace_bytes;
  cublasLtMatmulAlgo_t algorithm;
};
std::vector<KnownAlgorithm>& known_algorithms() {
  static std::vector<KnownAlgorithm> known;
  return known;
}

void describe_matrix(cublasLtMatrixLayout_t layout, cudaDataType type, std::int64_t rows,
                     std::int64_t cols, std::int64_t leading, std::int64_t batch,
                     std::int64_t stride) {
  ISOFLOP_CUBLAS_CALL(cublasLtMatrixLayoutInit(layout, type, static_cast<std::uint64_t>(rows),
                                               static_cast<std::uint64_t>(cols), leading));
  const auto count = static_cast<std::int32_t>(batch);
  ISOFLOP_CUBLAS_CALL(cublasLtMatrixLayoutSetAttribute(layout, CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT,
                                                       &count, sizeof(count)));
  ISOFLOP_CUBLAS_CALL(cublasLtMatrixLayoutSetAttribute(
      layout, CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET, &stride, sizeof(stride)));
}

std::string text_of(const LtProduct& what) {
  const RowMajorProduct& x = what.product;
  return std::to_string(what.batch) + " x [" + std::to_string(x.rows) + ", " +
         std::to_string(x.cols) + "] over " + std::to_string(x.depth);
}

}  // namespace

cublasLtHandle_t lt_handle() {
  static const cublasLtHandle_t handle = [] {
    cublasLtHandle_t created = nullptr;
    ISOFLOP_CUBLAS_CALL(cublasLtCreate(&created));
    return created;
  }();
  return handle;
}

LtMatmul::LtMatmul(const LtProduct& what) : what_(what) {
  const RowMajorProduct& product = what.product;
  const ColumnMajorGemm x = column_major(product);
  ISOFLOP_CUBLAS_CALL(cublasLtMatmulDescInit(&operation_, CUBLAS_COMPUTE_32F, CUDA_R_32F));
  const std::int32_t op_a = x.transpose_a ? CUBLAS_OP_T : CUBLAS_OP_N;
  const std::int32_t op_b = x.transpose_b ? CUBLAS_OP_T : CUBLAS_OP_N;
  ISOFLOP_CUBLAS_CALL(cublasLtMatmulDescSetAttribute(&operation_, CUBLASLT_MATMUL_DESC_TRANSA,
                                                     &op_a, sizeof(op_a)));
  ISOFLOP_CUBLAS_CALL(cublasLtMatmulDescSetAttribute(&operation_, CUBLASLT_MATMUL_DESC_TRANSB,
                                                     &op_b, sizeof(op_b)));
  // Layouts say a matrix as it is stored, before it is transposed.
  describe_matrix(&a_, CUDA_R_16BF, x.transpose_a ? x.k : x.m, x.transpose_a ? x.m : x.k, x.lda,
                  what.batch, product.right_size());
  describe_matrix(&b_, CUDA_R_16BF, x.transpose_b ? x.n : x.k, x.transpose_b ? x.k : x.n, x.ldb,
                  what.batch, product.left_size());
  describe_matrix(&c_, what.out_is_fp32 ? CUDA_R_32F : CUDA_R_16BF, x.m, x.n, x.ldc, what.batch,
                  product.out_size());
}

struct LtMatmul::Candidates {
  std::array<cublasLtMatmulAlgo_t, kMostCandidates> algorithms;
  int count = 0;
};

LtMatmul::Candidates LtMatmul::candidates(int wanted, std::size_t workspace_bytes) const {
  cublasLtMatmulPreferenceOpaque_t preference{};
  ISOFLOP_CUBLAS_CALL(cublasLtMatmulPreferenceInit(&preference));
  auto prefer = [&](cublasLtMatmulPreferenceAttributes_t attribute, const auto& value) {
    ISOFLOP_CUBLAS_CALL(
        cublasLtMatmulPreferenceSetAttribute(&preference, attribute, &value, sizeof(value)));
  };
  prefer(CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, static_cast<std::uint64_t>(workspace_bytes));
  // Partial sums stay in fp32: reductions in the output's type would round to bf16 once per part.
  prefer(CUBLASLT_MATMUL_PREF_REDUCTION_SCHEME_MASK,
         static_cast<std::uint32_t>(CUBLASLT_REDUCTION_SCHEME_COMPUTE_TYPE));
  // The rows of an expert begin at any multiple of 8 numbers of 2 bytes.
  for (const auto attribute :
       {CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_A_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_B_BYTES,
        CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_C_BYTES, CUBLASLT_MATMUL_PREF_MIN_ALIGNMENT_D_BYTES}) {
    prefer(attribute, std::uint32_t{16});
  }
  std::array<cublasLtMatmulHeuristicResult_t, kMostCandidates> results{};
  int found = 0;
  const cublasStatus_t status = cublasLtMatmulAlgoGetHeuristic(
      lt_handle(), &operation_, &a_, &b_, &c_, &c_, &preference, wanted, results.data(), &found);
  if (status != CUBLAS_STATUS_NOT_SUPPORTED) ISOFLOP_CUBLAS_CALL(status);
  Candidates out{};
  for (int i = 0; status == CUBLAS_STATUS_SUCCESS && i < found; ++i) {
    const auto& result = results[static_cast<std::size_t>(i)];
    if (result.state != CUBLAS_STATUS_SUCCESS || result.workspaceSize > workspace_bytes) continue;
    out.algorithms[static_cast<std::size_t>(out.count++)] = result.algo;
  }
  if (out.count == 0) throw CudaError("cuBLASLt has no algorithm for " + text_of(what_));
  return out;
}

cublasStatus_t LtMatmul::try_run(const cublasLtMatmulAlgo_t& algorithm, const LtOperands& operands,
                                 const LtWorkspace& workspace, cudaStream_t stream) const {
  const float alpha = 1.0f, beta = what_.accumulates ? 1.0f : 0.0f;
  return cublasLtMatmul(lt_handle(), &operation_, &alpha, operands.right, &a_, operands.left, &b_,
                        &beta, operands.out, &c_, operands.out, &c_, &algorithm, workspace.data,
                        workspace.bytes, stream);
}

double LtMatmul::time_s(const cublasLtMatmulAlgo_t& algorithm, int repeats,
                        const LtOperands& operands, const LtWorkspace& workspace,
                        cudaStream_t stream) const {
  Event start, stop;
  start.record(stream);
  for (int i = 0; i < repeats; ++i) {
    if (try_run(algorithm, operands, workspace, stream) != CUBLAS_STATUS_SUCCESS) {
      cudaGetLastError();  // it is not to be found by a later check of a launch
      return std::numeric_limits<double>::quiet_NaN();
    }
  }
  stop.record(stream);
  stop.wait();
  return stop.seconds_since(start) / repeats;
}

void LtMatmul::choose_by_timing(const LtOperands& operands, const LtWorkspace& workspace,
                                cudaStream_t stream) {
  auto& known = known_algorithms();
  const auto same = std::find_if(known.begin(), known.end(), [&](const KnownAlgorithm& x) {
    return x.what == what_ && x.workspace_bytes == workspace.bytes;
  });
  if (same != known.end()) {
    algorithm_ = same->algorithm;
    return;
  }
  const Candidates all = candidates(kMostCandidates, workspace.bytes);
  double best_s = std::numeric_limits<double>::infinity();
  for (int i = 0; i < all.count; ++i) {
    const cublasLtMatmulAlgo_t& algorithm = all.algorithms[static_cast<std::size_t>(i)];
    // The first run loads the kernel; the second tells how many fill half a millisecond.
    if (std::isnan(time_s(algorithm, 1, operands, workspace, stream))) continue;
    const double once_s = time_s(algorithm, 1, operands, workspace, stream);
    if (!(once_s < 2.0 * best_s)) continue;
    const int repeats = static_cast<int>(std::clamp(5e-4 / once_s, 1.0, 20.0));
    const double mean_s = time_s(algorithm, repeats, operands, workspace, stream);
    if (mean_s < best_s) {
      best_s = mean_s;
      algorithm_ = algorithm;
    }
  }
  if (!std::isfinite(best_s)) {
    throw CudaError("cuBLASLt: none of " + std::to_string(all.count) + " algorithms runs " +
                    text_of(what_));
  }
  known.push_back({what_, workspace.bytes, algorithm_});
}

void LtMatmul::choose_like(const LtMatmul& tuned, std::size_t workspace_bytes) {
  cublasLtMatmulHeuristicResult_t result{};
  const cublasStatus_t status = cublasLtMatmulAlgoCheck(lt_handle(), &operation_, &a_, &b_, &c_,
                                                        &c_, &tuned.algorithm_, &result);
  if (status == CUBLAS_STATUS_SUCCESS && result.workspaceSize <= workspace_bytes) {
    algorithm_ = tuned.algorithm_;
  } else {
    choose_by_heuristic(workspace_bytes);
  }
}

void LtMatmul::choose_by_heuristic(std::size_t workspace_bytes) {
  algorithm_ = candidates(1, workspace_bytes).algorithms[0];
}

void LtMatmul::run(const LtOperands& operands, const LtWorkspace& workspace,
                   cudaStream_t stream) const {
  ISOFLOP_CUBLAS_CALL(try_run(algorithm_, operands, workspace, stream));
}

}  // namespace isoflop::bench
