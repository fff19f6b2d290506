/// What the card reaches at best, measured like everything else: the rates that rows are compared
/// with, and an anchor that shows its drift.
///   GEMM    2 m n k / time, the best of a few large dense bf16 products
///   copy    2 x bytes / time, bytes read and bytes written, on buffers beyond four times L2
///   gather  the same for rows of 4 KB taken in a random order
#pragma once

#include <array>
#include <cstdint>

#include "cuda/backends/lt_matmul.hpp"
#include "cuda/device/cuda_handles.hpp"
#include "cuda/timing/sample_timer.hpp"

namespace isoflop::bench {

/// One dense product of seeded normal bf16 numbers: C [m, n] = A [m, k] B [n, k]^T.
class DenseGemm {
 public:
  /// Times what cuBLASLt offers and keeps the best.
  DenseGemm(std::array<std::uint64_t, 3> mnk, cudaStream_t stream);
  void run(cudaStream_t stream) const;
  double flops() const;

 private:
  std::array<std::uint64_t, 3> mnk_;
  DeviceArray<Bf16> a_, b_, c_;
  DeviceArray<unsigned char> workspace_;
  LtMatmul matmul_;
};

/// Peaks of the sustained regime; the specified ones are left out. Needs about 1.2 GB, or ten
/// times the L2 cache where that is more.
CostPeaks measure_peaks(SampleTimer& timer, std::uint64_t l2_bytes);

/// Median seconds of a product of 4096 x 4096 x 4096 now.
class Anchor {
 public:
  explicit Anchor(cudaStream_t stream) : gemm_({4096, 4096, 4096}, stream) {}
  double seconds(SampleTimer& timer) const;

 private:
  DenseGemm gemm_;
};

}  // namespace isoflop::bench
