/// Stands in for the header of this name: one bf16 product, by loops on the CPU.
#pragma once

#include <cublasLt.h>
#include <cuda_runtime.h>

#include <cstddef>
#include <cstdint>

#include "cuda/kernels/launch.hpp"
#include "cuda/layer/gemm_table.hpp"

namespace isoflop::bench {

struct LtProduct {
  RowMajorProduct product;
  std::int64_t batch = 1;
  bool out_is_fp32 = false;
  bool accumulates = false;
};

struct LtOperands {
  const Bf16 *left, *right;
  void* out;
};

struct LtWorkspace {
  void* data;
  std::size_t bytes;
};

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
