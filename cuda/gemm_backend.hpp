/// Who multiplies the rows of every expert with its weights: the one interface behind which GEMM
/// backends stand. A new backend is one file in cuda/backends/ and one line in its list.
#pragma once

#include <cublasLt.h>
#include <cuda_runtime.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "gemm_table.hpp"
#include "kernels/launch.hpp"
#include "moe_bench.hpp"

namespace isoflop::bench {

/// One product over all experts: for the first four kinds of operands that belong to rows, expert e
/// begins at row offsets[e]; for weights at e * (rows x columns of one expert).
struct ExpertProduct {
  ExpertGemm kind;
  const Bf16 *left, *right;  ///< as in the formula above, left operand first
  void* out;
};

/// Rows of every expert, on the host and on the device.
struct ExpertRows {
  std::vector<std::int32_t> counts, offsets;  ///< host [E'], [E' + 1]
  const std::int32_t *device_counts = nullptr, *device_offsets = nullptr;
  std::uint64_t capacity = 0;  ///< rows of every expert where all have the same number; else 0
};

class GemmBackend {
 public:
  virtual ~GemmBackend() = default;
  /// Whether run() reads the counts of ExpertRows on the host.
  virtual bool needs_host_counts() const = 0;
  /// Whether every expert must have the same number of rows.
  virtual bool needs_capacity() const = 0;
  virtual bool dw_is_fp32() const = 0;
  virtual std::uint64_t workspace_bytes() const = 0;
  /// Times candidates once per shape and bucket and keeps the best, for the products of this layer.
  virtual void tune(const MoeLayer& layer, const ExpertRows& rows, cudaStream_t stream) = 0;
  /// Queues the product; may fork to streams of its own and joins them again, also in a capture.
  virtual void run(const MoeLayer& layer, const ExpertProduct& product, const ExpertRows& rows,
                   cudaStream_t stream) = 0;
};

/// Throws InvalidArgument for a name that this build does not have.
std::unique_ptr<GemmBackend> make_backend(std::string_view name);

}  // namespace isoflop::bench
