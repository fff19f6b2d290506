/// What the products of experts read and write, by what they fuse, and which tensors a layer so
/// has. Which stages run, and in what order, is stages_of() in moe_work.hpp. Plain data, so that
/// the sequence is tested without a GPU.
///
///   unfused         up H = Xr W1^T      down Y = A W2^T      dA = dY W2           dW2 = dY^T A
///   gather          Xr is read from X by slot_of, by up and by the gradient of W1
///   activation      up writes A as well; down dgrad reads H and writes dH in place of dA
///   combination     down writes s Y, which is summed as it is; dO is the row of dOut, without
///                   the weight s: dA = s dO W2, ds = A . (dO W2), A' = s A, dW2 = dO^T A'
/// With gather and combination dO is read from dOut by slot_of; without gather its rows are copied
/// first. A' takes the place of A: it comes from H, so that a backward may be repeated.
#pragma once

#include <optional>

#include "cuda/layer/gemm_table.hpp"
#include "cuda/layer/layer_buffers.hpp"
#include "isoflop/cost/fusion.hpp"

namespace isoflop::bench {

/// Operands of one product; those that are not there are not used (FusedOperands).
struct ExpertOperands {
  Buffer left, right, out;
  bool gathers = false;   ///< of kX or kDOut, whichever of left and right it is
  bool weighted = false;  ///< by kWeights
  std::optional<Buffer> activated{}, h{}, d_weights{};
  bool operator==(const ExpertOperands&) const = default;
};

inline ExpertOperands operands_of(ExpertGemm kind, const Fusion& fused) {
  const bool gathers_d_out = fused.combination && fused.gather;
  const Buffer x = fused.gather ? Buffer::kX : Buffer::kXRows;
  const Buffer dy = gathers_d_out ? Buffer::kDOut : Buffer::kDY;
  switch (kind) {
    case ExpertGemm::kUp: {
      ExpertOperands out{x, Buffer::kW1, Buffer::kH, fused.gather};
      if (fused.activation) out.activated = Buffer::kA;
      return out;
    }
    case ExpertGemm::kDown:
      return {Buffer::kA, Buffer::kW2, Buffer::kY, false, fused.combination};
    case ExpertGemm::kDownDgrad: {
      ExpertOperands out{dy, Buffer::kW2, Buffer::kDA, gathers_d_out, fused.combination};
      if (fused.activation) {
        out.out = Buffer::kDH;
        out.h = Buffer::kH;
      }
      if (fused.combination) {
        out.activated = Buffer::kA;
        out.d_weights = Buffer::kDWeights;
      }
      return out;
    }
    case ExpertGemm::kDownWgrad:
      return {dy, Buffer::kA, Buffer::kDW2, gathers_d_out};
    case ExpertGemm::kUpDgrad:
      return {Buffer::kDH, Buffer::kW1, Buffer::kDY};
    case ExpertGemm::kUpWgrad:
      break;
  }
  return {Buffer::kDH, x, Buffer::kDW1, fused.gather};
}

/// Whether a layer has this tensor.
constexpr bool is_used(Buffer buffer, const Fusion& fused) {
  switch (buffer) {
    case Buffer::kXRows:
      return !fused.gather;
    case Buffer::kDA:
      return !fused.activation;
    default:
      return true;
  }
}

}  // namespace isoflop::bench
