/// Stands in for the header of this name: one bf16 product, by loops on the CPU.
#pragma once

#include <cublasLt.h>
#include <cuda_runtime.h>

#include <cstddef>

#include "cuda/backends/lt_product.hpp"

namespace isoflop::bench {

class LtMatmul {
 public:
  explicit LtMatmul(const LtProduct& what) : what_(what) {}
  LtMatmul(const LtMatmul&) = delete;
  LtMatmul& operator=(const LtMatmul&) = delete;

  void choose_by_timing(const LtOperands&, const LtWorkspace&, cudaStream_t) { is_chosen_ = true; }
  void choose_like(const LtMatmul&, std::size_t) { is_chosen_ = true; }
  void choose_by_heuristic(std::size_t) { is_chosen_ = true; }
  /// Aborts where no algorithm was chosen.
  void run(const LtOperands& operands, const LtWorkspace&, cudaStream_t) const;

 private:
  LtProduct what_;
  bool is_chosen_ = false;
};

}  // namespace isoflop::bench
