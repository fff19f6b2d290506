#include <algorithm>
#include <array>
#include <cstdint>
#include <random>
#include <vector>

#include "catch.hpp"
#include "cuda/layer/gemm_table.hpp"

namespace gemm_table_test {

using namespace isoflop;
using namespace isoflop::bench;

namespace {

using Matrix = std::vector<double>;

// Small whole numbers: sums are exact, so that results are compared for equality.
Matrix random_matrix(std::int64_t size, std::mt19937& engine) {
  std::uniform_int_distribution<int> draw(-4, 4);
  Matrix out(static_cast<std::size_t>(size));
  for (double& x : out) x = draw(engine);
  return out;
}

double at(const Matrix& x, std::int64_t i) { return x[static_cast<std::size_t>(i)]; }

// What a BLAS does with these arguments: C(i, j) = sum over l of op(A)(i, l) op(B)(l, j), column
// j of a matrix at j times its leading dimension.
void run_column_major(const ColumnMajorGemm& x, const double* a, const double* b, double* c) {
  for (std::int64_t j = 0; j < x.n; ++j) {
    for (std::int64_t i = 0; i < x.m; ++i) {
      double sum = 0.0;
      for (std::int64_t l = 0; l < x.k; ++l) {
        sum += (x.transpose_a ? a[l + i * x.lda] : a[i + l * x.lda]) *
               (x.transpose_b ? b[j + l * x.ldb] : b[l + j * x.ldb]);
      }
      c[i + j * x.ldc] = sum;
    }
  }
}

// d, n and the rows all differ, so that an exchange of two of them shows.
MoeLayer layer_with(Activation activation) {
  MoeLayer layer;
  layer.tokens = 11;
  layer.d_model = 6;
  layer.experts = {.d_ff = 8, .num_experts = 3, .expert_width = 4, .top_k = 1};
  layer.activation = activation;
  return layer;
}

constexpr std::array<std::int64_t, 4> kOffsets{0, 5, 5, 11};  // the second expert has no rows

// out [rows, cols] of expert e by the formulas of ExpertGemm, written out in row-major indices.
struct Formulas {
  std::int64_t d, n, un;
  Matrix x, a, dy, dh, w1, w2;

  double up(std::int64_t e, std::int64_t row, std::int64_t col) const {
    double sum = 0.0;
    for (std::int64_t i = 0; i < d; ++i) sum += at(x, row * d + i) * at(w1, (e * un + col) * d + i);
    return sum;
  }
  double down(std::int64_t e, std::int64_t row, std::int64_t col) const {
    double sum = 0.0;
    for (std::int64_t i = 0; i < n; ++i) sum += at(a, row * n + i) * at(w2, (e * d + col) * n + i);
    return sum;
  }
  double down_dgrad(std::int64_t e, std::int64_t row, std::int64_t col) const {
    double sum = 0.0;
    for (std::int64_t i = 0; i < d; ++i) sum += at(dy, row * d + i) * at(w2, (e * d + i) * n + col);
    return sum;
  }
  double up_dgrad(std::int64_t e, std::int64_t row, std::int64_t col) const {
    double sum = 0.0;
    for (std::int64_t i = 0; i < un; ++i) {
      sum += at(dh, row * un + i) * at(w1, (e * un + i) * d + col);
    }
    return sum;
  }
  double down_wgrad(std::int64_t first, std::int64_t last, std::int64_t row,
                    std::int64_t col) const {
    double sum = 0.0;
    for (std::int64_t i = first; i < last; ++i) sum += at(dy, i * d + row) * at(a, i * n + col);
    return sum;
  }
  double up_wgrad(std::int64_t first, std::int64_t last, std::int64_t row, std::int64_t col) const {
    double sum = 0.0;
    for (std::int64_t i = first; i < last; ++i) sum += at(dh, i * un + row) * at(x, i * d + col);
    return sum;
  }
};

Formulas formulas_of(const MoeLayer& layer) {
  std::mt19937 engine(7);
  const auto d = static_cast<std::int64_t>(layer.d_model);
  const auto n = static_cast<std::int64_t>(layer.experts.expert_width);
  const auto un = static_cast<std::int64_t>(layer.up_width());
  const auto experts = static_cast<std::int64_t>(layer.experts.num_experts);
  const std::int64_t rows = kOffsets.back();
  return {.d = d,
          .n = n,
          .un = un,
          .x = random_matrix(rows * d, engine),
          .a = random_matrix(rows * n, engine),
          .dy = random_matrix(rows * d, engine),
          .dh = random_matrix(rows * un, engine),
          .w1 = random_matrix(experts * un * d, engine),
          .w2 = random_matrix(experts * d * n, engine)};
}

const Matrix& left_of(ExpertGemm kind, const Formulas& f) {
  switch (kind) {
    case ExpertGemm::kUp:
      return f.x;
    case ExpertGemm::kDown:
      return f.a;
    case ExpertGemm::kDownDgrad:
    case ExpertGemm::kDownWgrad:
      return f.dy;
    default:
      return f.dh;
  }
}

const Matrix& right_of(ExpertGemm kind, const Formulas& f) {
  switch (kind) {
    case ExpertGemm::kUp:
    case ExpertGemm::kUpDgrad:
      return f.w1;
    case ExpertGemm::kDown:
    case ExpertGemm::kDownDgrad:
      return f.w2;
    case ExpertGemm::kDownWgrad:
      return f.a;
    default:
      return f.x;
  }
}

// Columns of the output and, for a row of rows, the formula.
Matrix expected(ExpertGemm kind, const Formulas& f) {
  Matrix out;
  for (std::int64_t e = 0; e + 1 < static_cast<std::int64_t>(kOffsets.size()); ++e) {
    const auto expert = static_cast<std::size_t>(e);
    const std::int64_t first = kOffsets[expert], last = kOffsets[expert + 1];
    const bool wgrad = is_wgrad(kind);
    const std::int64_t begin = wgrad ? 0 : first;
    const std::int64_t end = kind == ExpertGemm::kDownWgrad ? f.d
                             : kind == ExpertGemm::kUpWgrad ? f.un
                                                            : last;
    const bool to_n = kind == ExpertGemm::kDownDgrad || kind == ExpertGemm::kDownWgrad;
    const std::int64_t cols = kind == ExpertGemm::kUp ? f.un : to_n ? f.n : f.d;
    for (std::int64_t row = begin; row < end; ++row) {
      for (std::int64_t col = 0; col < cols; ++col) {
        switch (kind) {
          case ExpertGemm::kUp:
            out.push_back(f.up(e, row, col));
            break;
          case ExpertGemm::kDown:
            out.push_back(f.down(e, row, col));
            break;
          case ExpertGemm::kDownDgrad:
            out.push_back(f.down_dgrad(e, row, col));
            break;
          case ExpertGemm::kUpDgrad:
            out.push_back(f.up_dgrad(e, row, col));
            break;
          case ExpertGemm::kDownWgrad:
            out.push_back(f.down_wgrad(first, last, row, col));
            break;
          case ExpertGemm::kUpWgrad:
            out.push_back(f.up_wgrad(first, last, row, col));
            break;
        }
      }
    }
  }
  return out;
}

}  // namespace

TEST_CASE("gemm table: column-major arguments reproduce the six row-major products",
          "[bench][identity]") {
  for (const Activation activation : {Activation::kRelu, Activation::kSwiGlu}) {
    const MoeLayer layer = layer_with(activation);
    const Formulas formulas = formulas_of(layer);
    for (int i = 0; i < kNumExpertGemms; ++i) {
      const auto kind = static_cast<ExpertGemm>(i);
      const Matrix wanted = expected(kind, formulas);
      Matrix out(wanted.size(), 1e9);
      for (std::int64_t e = 0; e < 3; ++e) {
        const auto expert = static_cast<std::size_t>(e);
        const RowMajorProduct product =
            expert_product(kind, layer, kOffsets[expert + 1] - kOffsets[expert]);
        const OperandSteps steps = operand_steps(kind, layer);
        run_column_major(column_major(product),
                         right_of(kind, formulas).data() + steps.right.at(e, kOffsets[expert]),
                         left_of(kind, formulas).data() + steps.left.at(e, kOffsets[expert]),
                         out.data() + steps.out.at(e, kOffsets[expert]));
      }
      INFO("product " << i << ", u = " << layer.num_up());
      CHECK(out == wanted);
    }
  }
}

TEST_CASE("gemm table: leading dimensions span what a column holds", "[bench][identity]") {
  // cuBLAS refuses lda < rows of A as stored, and alike for B and C.
  for (const Activation activation : {Activation::kGelu, Activation::kSwiGlu}) {
    const MoeLayer layer = layer_with(activation);
    for (int i = 0; i < kNumExpertGemms + kNumRouterGemms; ++i) {
      const ColumnMajorGemm x =
          column_major(i < kNumExpertGemms
                           ? expert_product(static_cast<ExpertGemm>(i), layer, 5)
                           : router_product(static_cast<RouterGemm>(i - kNumExpertGemms), layer));
      CHECK(x.lda == (x.transpose_a ? x.k : x.m));
      CHECK(x.ldb == (x.transpose_b ? x.n : x.k));
      CHECK(x.ldc == x.m);
    }
  }
}

TEST_CASE("gemm table: column-major arguments reproduce the products of the router",
          "[bench][identity]") {
  const MoeLayer layer = layer_with(Activation::kSwiGlu);
  std::mt19937 engine(11);
  const std::int64_t tokens = 11, d = 6, experts = 3;
  const Matrix x = random_matrix(tokens * d, engine);
  const Matrix w = random_matrix(experts * d, engine);
  const Matrix d_logits = random_matrix(tokens * experts, engine);
  auto run = [&](RouterGemm kind, const Matrix& left, const Matrix& right) {
    const RowMajorProduct product = router_product(kind, layer);
    Matrix out(static_cast<std::size_t>(product.out_size()), 1e9);
    run_column_major(column_major(product), right.data(), left.data(), out.data());
    return out;
  };
  Matrix logits, dx, dw;
  for (std::int64_t t = 0; t < tokens; ++t) {
    for (std::int64_t e = 0; e < experts; ++e) {
      double sum = 0.0;
      for (std::int64_t i = 0; i < d; ++i) sum += at(x, t * d + i) * at(w, e * d + i);
      logits.push_back(sum);
    }
    for (std::int64_t i = 0; i < d; ++i) {
      double sum = 0.0;
      for (std::int64_t e = 0; e < experts; ++e) {
        sum += at(d_logits, t * experts + e) * at(w, e * d + i);
      }
      dx.push_back(sum);
    }
  }
  for (std::int64_t e = 0; e < experts; ++e) {
    for (std::int64_t i = 0; i < d; ++i) {
      double sum = 0.0;
      for (std::int64_t t = 0; t < tokens; ++t) {
        sum += at(d_logits, t * experts + e) * at(x, t * d + i);
      }
      dw.push_back(sum);
    }
  }
  CHECK(run(RouterGemm::kLogits, x, w) == logits);
  CHECK(run(RouterGemm::kDgrad, d_logits, w) == dx);
  CHECK(run(RouterGemm::kWgrad, d_logits, x) == dw);
}

}  // namespace gemm_table_test
