/// One bf16 product by cuBLASLt, described once and run often.
///   out = left right + beta out      in the forms of gemm_table.hpp; fp32 accumulation
/// The library offers up to 32 algorithms; they are timed and the fastest is kept. cuBLASLt,
/// "cuBLAS library" of the CUDA documentation, chapter 3.
#pragma once

#include <cublasLt.h>
#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>

#include "cuda/backends/lt_product.hpp"

namespace isoflop::bench {

/// One for the process: it holds no stream and no workspace, and is safe to share.
cublasLtHandle_t lt_handle();

class LtMatmul {
 public:
  /// Describes a product; it cannot run before an algorithm is chosen. Precondition: no empty one.
  explicit LtMatmul(const LtProduct& what);
  LtMatmul(const LtMatmul&) = delete;
  LtMatmul& operator=(const LtMatmul&) = delete;

  /// Chooses the fastest algorithm on these operands, whose output is overwritten. It is kept for
  /// the whole process: a second product of the same description and workspace is not timed again.
  /// Waits for the stream, so not in a capture. Throws CudaError where no algorithm runs.
  void choose_by_timing(const LtOperands& operands, const LtWorkspace& workspace,
                        cudaStream_t stream);
  /// Chooses the algorithm of another product where it can run this one too, else the library's
  /// first proposal for this one. Queues nothing.
  void choose_like(const LtMatmul& tuned, std::size_t workspace_bytes);
  /// Chooses the library's first proposal. Queues nothing.
  void choose_by_heuristic(std::size_t workspace_bytes);

  /// Queues the product. Precondition: an algorithm was chosen for a workspace of this size.
  void run(const LtOperands& operands, const LtWorkspace& workspace, cudaStream_t stream) const;

 private:
  struct Candidates;
  Candidates candidates(int wanted, std::size_t workspace_bytes) const;
  cublasStatus_t try_run(const cublasLtMatmulAlgo_t& algorithm, const LtOperands& operands,
                         const LtWorkspace& workspace, cudaStream_t stream) const;
  /// Seconds of one run, or no number where the algorithm fails.
  double time_s(const cublasLtMatmulAlgo_t& algorithm, int repeats, const LtOperands& operands,
                const LtWorkspace& workspace, cudaStream_t stream) const;

  LtProduct what_;
  // cuBLASLt takes these by pointer to non-const, though it only reads them.
  mutable cublasLtMatmulDescOpaque_t operation_{};
  mutable cublasLtMatrixLayoutOpaque_t a_{}, b_{}, c_{};
  cublasLtMatmulAlgo_t algorithm_{};
};

}  // namespace isoflop::bench
