/// How the row-major products of a layer are said to a library that thinks column-major.
///   out = left right^T, out = left right, or out = left^T right      (row-major, as stored)
///   C = op(A) op(B) with A = right, B = left, C = out                (the same memory, transposed)
/// A row-major matrix [r, c] is the column-major matrix [c, r] with leading dimension c, and
/// (left right)^T = right^T left^T: hence the exchange of the operands. Plain C++, so that the
/// table is tested without a GPU.
#pragma once

#include <cstdint>

#include "isoflop/cost/moe_layer.hpp"

namespace isoflop::bench {

/// The six products of a layer of experts. Tensors are row-major; rows of an expert lie together.
enum class ExpertGemm {
  kUp,         ///< H [m, u n] = X [m, d] W1^T,  W1 [u n, d]
  kDown,       ///< Y [m, d] = A [m, n] W2^T,    W2 [d, n]
  kDownDgrad,  ///< dA [m, n] = dY [m, d] W2
  kDownWgrad,  ///< dW2 [d, n] = dY^T A
  kUpDgrad,    ///< dX [m, d] = dH [m, u n] W1
  kUpWgrad     ///< dW1 [u n, d] = dH^T X
};
inline constexpr int kNumExpertGemms = 6;

/// Which operand a row-major product transposes.
enum class ProductForm {
  kRightTransposed,  ///< left [rows, depth], right [cols, depth]
  kPlain,            ///< left [rows, depth], right [depth, cols]
  kLeftTransposed    ///< left [depth, rows], right [depth, cols]
};

/// out [rows, cols], a sum over depth; no operand has gaps between its rows.
struct RowMajorProduct {
  ProductForm form;
  std::int64_t rows, cols, depth;
  bool operator==(const RowMajorProduct&) const = default;

  std::int64_t left_size() const { return rows * depth; }
  std::int64_t right_size() const { return depth * cols; }
  std::int64_t out_size() const { return rows * cols; }
  double flops() const {
    return 2.0 * static_cast<double>(rows) * static_cast<double>(cols) * static_cast<double>(depth);
  }
};

/// Arguments of a column-major GEMM; A is the right operand of the product and B the left one.
struct ColumnMajorGemm {
  bool transpose_a, transpose_b;
  std::int64_t m, n, k;
  std::int64_t lda, ldb, ldc;
  bool operator==(const ColumnMajorGemm&) const = default;
};

constexpr ColumnMajorGemm column_major(const RowMajorProduct& x) {
  const bool right_transposed = x.form == ProductForm::kRightTransposed;
  const bool left_transposed = x.form == ProductForm::kLeftTransposed;
  return {.transpose_a = right_transposed,
          .transpose_b = left_transposed,
          .m = x.cols,
          .n = x.rows,
          .k = x.depth,
          .lda = right_transposed ? x.depth : x.cols,
          .ldb = left_transposed ? x.rows : x.depth,
          .ldc = x.cols};
}

/// Whether the product is a gradient of weights: then the rows of an expert are summed over, and
/// the output belongs to the expert.
constexpr bool is_wgrad(ExpertGemm kind) {
  return kind == ExpertGemm::kDownWgrad || kind == ExpertGemm::kUpWgrad;
}

/// One of the six products for an expert with num_rows rows.
inline RowMajorProduct expert_product(ExpertGemm kind, const MoeLayer& layer,
                                      std::int64_t num_rows) {
  const auto d = static_cast<std::int64_t>(layer.d_model);
  const auto n = static_cast<std::int64_t>(layer.experts.expert_width);
  const auto un = static_cast<std::int64_t>(layer.num_up()) * n;
  switch (kind) {
    case ExpertGemm::kUp:
      return {ProductForm::kRightTransposed, num_rows, un, d};
    case ExpertGemm::kDown:
      return {ProductForm::kRightTransposed, num_rows, d, n};
    case ExpertGemm::kDownDgrad:
      return {ProductForm::kPlain, num_rows, n, d};
    case ExpertGemm::kDownWgrad:
      return {ProductForm::kLeftTransposed, d, n, num_rows};
    case ExpertGemm::kUpDgrad:
      return {ProductForm::kPlain, num_rows, d, un};
    case ExpertGemm::kUpWgrad:
      break;
  }
  return {ProductForm::kLeftTransposed, un, d, num_rows};
}

/// The three products of the router, over all tokens; its weights are [E', d].
enum class RouterGemm {
  kLogits,  ///< logits [T, E'] = X [T, d] Wr^T
  kDgrad,   ///< dX [T, d] += dlogits [T, E'] Wr
  kWgrad    ///< dWr [E', d] = dlogits^T X
};
inline constexpr int kNumRouterGemms = 3;

inline RowMajorProduct router_product(RouterGemm kind, const MoeLayer& layer) {
  const auto tokens = static_cast<std::int64_t>(layer.tokens);
  const auto d = static_cast<std::int64_t>(layer.d_model);
  const auto experts = static_cast<std::int64_t>(layer.experts.num_experts);
  switch (kind) {
    case RouterGemm::kLogits:
      return {ProductForm::kRightTransposed, tokens, experts, d};
    case RouterGemm::kDgrad:
      return {ProductForm::kPlain, tokens, d, experts};
    case RouterGemm::kWgrad:
      break;
  }
  return {ProductForm::kLeftTransposed, experts, d, tokens};
}

/// Where an operand of one expert begins, in elements from the beginning of its tensor.
struct OperandStep {
  std::int64_t per_expert, per_row;
  /// first_row: rows of all experts before this one.
  constexpr std::int64_t at(std::int64_t expert, std::int64_t first_row) const {
    return expert * per_expert + first_row * per_row;
  }
};
struct OperandSteps {
  OperandStep left, right, out;
};
inline OperandSteps operand_steps(ExpertGemm kind, const MoeLayer& layer) {
  const RowMajorProduct row = expert_product(kind, layer, 1);
  if (is_wgrad(kind)) return {{0, row.rows}, {0, row.cols}, {row.out_size(), 0}};
  return {{0, row.depth}, {row.right_size(), 0}, {0, row.cols}};
}

}  // namespace isoflop::bench
