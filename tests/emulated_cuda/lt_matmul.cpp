#include "cuda/backends/lt_matmul.hpp"

#include <vector>

#include "cuda/backends/backends.hpp"
#include "cuda/layer/inputs.hpp"

namespace isoflop::bench {
namespace {

// An operand as rows of `depth` numbers.
std::vector<float> as_rows(const Bf16* from, std::int64_t rows, std::int64_t depth,
                           bool is_transposed) {
  std::vector<float> out(static_cast<std::size_t>(rows * depth));
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::int64_t k = 0; k < depth; ++k) {
      out[static_cast<std::size_t>(row * depth + k)] =
          from_bf16(from[is_transposed ? k * rows + row : row * depth + k].bits);
    }
  }
  return out;
}

void multiply(const LtProduct& what, const LtOperands& x) {
  const RowMajorProduct& product = what.product;
  const std::vector<float> left =
      as_rows(x.left, product.rows, product.depth, product.form == ProductForm::kLeftTransposed);
  const std::vector<float> right =
      as_rows(x.right, product.cols, product.depth, product.form != ProductForm::kRightTransposed);
  for (std::int64_t row = 0; row < product.rows; ++row) {
    for (std::int64_t column = 0; column < product.cols; ++column) {
      float sum = 0.0f;
      for (std::int64_t k = 0; k < product.depth; ++k) {
        sum += left[static_cast<std::size_t>(row * product.depth + k)] *
               right[static_cast<std::size_t>(column * product.depth + k)];
      }
      const std::int64_t at = row * product.cols + column;
      if (what.out_is_fp32) {
        float& out = static_cast<float*>(x.out)[at];
        out = what.accumulates ? out + sum : sum;
      } else {
        std::uint16_t& out = static_cast<Bf16*>(x.out)[at].bits;
        out = to_bf16(what.accumulates ? from_bf16(out) + sum : sum);
      }
    }
  }
}

}  // namespace

void LtMatmul::run(const LtOperands& operands, const LtWorkspace&, cudaStream_t) const {
  if (!is_chosen_) emulated_cuda::fail("a product of cuBLASLt without an algorithm");
  emulated_cuda::queue([what = what_, operands] {
    const RowMajorProduct& product = what.product;
    LtOperands x = operands;
    for (std::int64_t i = 0; i < what.batch; ++i) {
      multiply(what, x);
      x.left += product.left_size();
      x.right += product.right_size();
      x.out = static_cast<std::byte*>(x.out) +
              product.out_size() * (what.out_is_fp32 ? sizeof(float) : sizeof(Bf16));
    }
  });
}

// Its grouped call is one of cuBLAS.
std::unique_ptr<GemmBackend> make_grouped_backend() { return make_loop_backend(); }

}  // namespace isoflop::bench
