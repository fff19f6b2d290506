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

#include "cuda/device/moe_bench.hpp"
#include "cuda/kernels/launch.hpp"
#include "cuda/layer/gemm_table.hpp"

namespace isoflop::bench {

/// What a product does beside multiplying, for backends that can (can_fuse()); null or false: it
/// does not. Slots and rows as in launch.hpp; where weights or d_weights are given, or rows are
/// gathered, so is slot_of.
struct FusedOperands {
  const std::int32_t* slot_of = nullptr;  ///< [R]
  /// kUp, kUpWgrad, kDownDgrad, kDownWgrad: of the operand that has rows of d numbers (X or dOut)
  /// row r is row slot_of[r] / K of a tensor [T, d].
  bool gathers = false;
  /// [T, K]. kDown: every row of Y times its weight. kDownDgrad with h: below.
  const float* weights = nullptr;
  /// kUp: H [R, u n] is written to `out`, A [R, n] here. kDownDgrad with weights: A times the row's
  /// weight, from h, for the gradient of W2.
  Bf16* activated = nullptr;
  /// kDownDgrad: H [R, u n]; then `out` is dH [R, u n], and with weights s the left operand is dO,
  /// the row of dOut without its weight: dA = s dO W2, d_weights = A . (dO W2).
  const Bf16* h = nullptr;
  float* d_weights = nullptr;  ///< [T, K], with weights and h
};

/// One product over all experts: for the first four kinds of operands that belong to rows, expert e
/// begins at row offsets[e]; for weights at e * (rows x columns of one expert).
struct ExpertProduct {
  ExpertGemm kind;
  const Bf16 *left, *right;  ///< as in the formula above, left operand first
  void* out;
  FusedOperands fused = {};
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
  virtual bool dw_is_fp32() const = 0;
  /// What it can do within its products: as its traits say (backend_name.hpp), which are known
  /// without CUDA.
  virtual Fusion can_fuse() const { return {}; }
  /// Prepares for the products of a layer, on real operands whose outputs are overwritten: what has
  /// a choice of algorithms times them once per shape and bucket and keeps the best.
  virtual void tune(const MoeLayer& layer, const std::vector<ExpertProduct>& products,
                    const ExpertRows& rows, cudaStream_t stream) = 0;
  /// Queues what all products of a pass have in common, once the counts are on the device and
  /// before the first of them, forward and backward. Precondition: tune() for this layer.
  virtual void begin_pass(const MoeLayer&, const ExpertRows&, cudaStream_t) {}
  /// Queues the product; may fork to streams of its own and joins them again, also in a capture.
  /// Precondition: tune() for this layer. Products run one after the other, not in two streams.
  virtual void run(const MoeLayer& layer, const ExpertProduct& product, const ExpertRows& rows,
                   cudaStream_t stream) = 0;
};

/// Device memory that a backend holds for a layer: plain arithmetic. Throws InvalidArgument for a
/// name that no build has. These three take a name without what is fused: that is the layer's.
std::uint64_t backend_bytes(std::string_view name, const MoeLayer& layer);

/// Whether it needs as many rows for every expert, before it is made.
bool backend_needs_capacity(std::string_view name);

/// For backends: queues zeros into the weight gradients of experts without rows, which sum over
/// nothing. Does nothing for the other products.
void queue_empty_wgrads(const MoeLayer& layer, const ExpertProduct& product, const ExpertRows& rows,
                        cudaStream_t stream);

/// Throws InvalidArgument for a name that this build does not have.
std::unique_ptr<GemmBackend> make_backend(std::string_view name);

}  // namespace isoflop::bench
