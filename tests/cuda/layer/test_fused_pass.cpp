// The stages of a layer and the operands of its products, carried out by loops on the host:
// whatever is fused gives the results of the stages one by one.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "catch.hpp"
#include "cuda/kernels/activation_math.hpp"
#include "cuda/layer/fused_pass.hpp"
#include "cuda/reference/positions.hpp"
#include "isoflop/core/random.hpp"
#include "isoflop/cost/moe_work.hpp"

namespace fused_pass_test {

using namespace isoflop;
using namespace isoflop::bench;

namespace {

using Values = std::vector<double>;

std::vector<Fusion> possible_fusions() {
  std::vector<Fusion> out;
  for (int bits = 0; bits < 8; ++bits) {
    const Fusion fused{(bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0};
    if (is_possible(fused)) out.push_back(fused);
  }
  return out;
}

/// 7 tokens, 3 of 5 experts each; expert 2 has no row.
MoeLayer small_layer(Activation activation) {
  MoeLayer layer;
  layer.tokens = 7;
  layer.d_model = 6;
  layer.experts = {.d_ff = 8, .num_experts = 5, .expert_width = 4, .top_k = 3};
  layer.activation = activation;
  return layer;
}

/// Tensors by buffer. Reading one that nothing wrote, or that the layer does not have, fails the
/// test.
class HostLayer {
 public:
  HostLayer(const MoeLayer& layer, const Fusion& fused) : layer_(layer), fused_(fused) {
    std::vector<std::int32_t> ids;
    constexpr std::int32_t kOthers[]{0, 1, 3, 4};
    for (std::uint64_t t = 0; t < layer.tokens; ++t) {
      for (std::uint64_t k = 0; k < layer.experts.top_k; ++k) ids.push_back(kOthers[(t + k) % 4]);
    }
    positions_ = find_positions(ids, layer.experts.num_experts);
    Random random(3);
    auto draw = [&](Buffer buffer, std::uint64_t size) {
      Values& out = tensors_[buffer];
      for (std::uint64_t i = 0; i < size; ++i) out.push_back(random.uniform() - 0.5);
    };
    const std::uint64_t weights = layer.experts.num_experts * layer.d_model;
    draw(Buffer::kX, layer.tokens * layer.d_model);
    draw(Buffer::kDOut, layer.tokens * layer.d_model);
    draw(Buffer::kWeights, layer.num_rows());
    draw(Buffer::kW1, weights * layer.up_width());
    draw(Buffer::kW2, weights * layer.experts.expert_width);
  }

  void run(Pass pass) {
    for (const Stage stage : stages_of(pass, fused_)) run(stage);
  }

  const Values& read(Buffer buffer) const {
    CAPTURE(static_cast<int>(buffer));
    REQUIRE(is_used(buffer, fused_));
    REQUIRE(tensors_.count(buffer) == 1);
    return tensors_.at(buffer);
  }

 private:
  std::size_t d() const { return layer_.d_model; }
  std::size_t n() const { return layer_.experts.expert_width; }
  std::size_t un() const { return layer_.up_width(); }
  std::size_t num_rows() const { return layer_.num_rows(); }
  std::size_t slot_of(std::size_t row) const {
    return static_cast<std::size_t>(positions_.slot_of[row]);
  }
  std::size_t token_of(std::size_t row) const { return slot_of(row) / layer_.experts.top_k; }

  void write(Buffer buffer, Values values) {
    CAPTURE(static_cast<int>(buffer));
    REQUIRE(is_used(buffer, fused_));
    tensors_[buffer] = std::move(values);
  }

  /// The rows of tokens in the order of experts.
  Values rows_of(const Values& tokens) const {
    Values out;
    for (std::size_t row = 0; row < num_rows(); ++row) {
      for (std::size_t c = 0; c < d(); ++c) out.push_back(tokens[token_of(row) * d() + c]);
    }
    return out;
  }
  Values sum_rows(const Values& rows, const Values* weights) const {
    Values out(layer_.tokens * d(), 0.0);
    for (std::size_t row = 0; row < num_rows(); ++row) {
      const double weight = weights == nullptr ? 1.0 : (*weights)[slot_of(row)];
      for (std::size_t c = 0; c < d(); ++c) {
        out[token_of(row) * d() + c] += weight * rows[row * d() + c];
      }
    }
    return out;
  }
  void weight_rows(Values& rows, std::size_t width) const {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      rows[i] *= read(Buffer::kWeights)[slot_of(i / width)];
    }
  }
  Values activated(const Values& h) const {
    Values out;
    for (std::size_t i = 0; i < num_rows() * n(); ++i) {
      const double* const row = h.data() + i / n() * un();
      const double up = layer_.num_up() == 2 ? row[n() + i % n()] : 1.0;
      out.push_back(activation_value(layer_.activation, row[i % n()]) * up);
    }
    return out;
  }
  Values h_gradient(const Values& h, const Values& da) const {
    Values out(h.size());
    for (std::size_t i = 0; i < num_rows() * n(); ++i) {
      const std::size_t gate = i / n() * un() + i % n(), up = gate + n();
      const double slope = activation_derivative(layer_.activation, h[gate]);
      if (layer_.num_up() == 1) {
        out[gate] = slope * da[i];
      } else {
        out[gate] = slope * h[up] * da[i];
        out[up] = activation_value(layer_.activation, h[gate]) * da[i];
      }
    }
    return out;
  }

  /// Every expert's product, as expert_product() and operand_steps() cut it.
  Values multiplied(ExpertGemm kind, const Values& left, const Values& right) const {
    Values out;
    const OperandSteps steps = operand_steps(kind, layer_);
    for (std::size_t e = 0; e < layer_.experts.num_experts; ++e) {
      const RowMajorProduct x = expert_product(kind, layer_, positions_.counts[e]);
      const auto at = [&](const OperandStep& step) {
        return step.at(static_cast<std::int64_t>(e), positions_.offsets[e]);
      };
      for (std::int64_t r = 0; r < x.rows; ++r) {
        for (std::int64_t c = 0; c < x.cols; ++c) {
          double sum = 0.0;
          for (std::int64_t k = 0; k < x.depth; ++k) {
            const bool left_t = x.form == ProductForm::kLeftTransposed;
            const bool right_t = x.form == ProductForm::kRightTransposed;
            const std::int64_t i = left_t ? k * x.rows + r : r * x.depth + k;
            const std::int64_t j = right_t ? c * x.depth + k : k * x.cols + c;
            sum += left.at(static_cast<std::size_t>(at(steps.left) + i)) *
                   right.at(static_cast<std::size_t>(at(steps.right) + j));
          }
          out.push_back(sum);
        }
      }
    }
    return out;
  }

  /// What a backend is asked for, as FusedOperands says it.
  void multiply(ExpertGemm kind) {
    const ExpertOperands x = operands_of(kind, fused_);
    Values left = read(x.left), right = read(x.right);
    if (x.gathers) {
      Values& gathered = kind == ExpertGemm::kUpWgrad ? right : left;
      gathered = rows_of(gathered);
    }
    Values out = multiplied(kind, left, right);
    if (kind == ExpertGemm::kUp && x.activated) write(*x.activated, activated(out));
    if (kind == ExpertGemm::kDown && x.weighted) weight_rows(out, d());
    if (kind == ExpertGemm::kDownDgrad && x.h) {
      Values a = activated(read(*x.h));
      if (x.d_weights) {
        Values d_weights(num_rows(), 0.0);
        for (std::size_t i = 0; i < a.size(); ++i) d_weights[slot_of(i / n())] += a[i] * out[i];
        write(*x.d_weights, d_weights);
      }
      if (x.weighted) {
        weight_rows(out, n());
        weight_rows(a, n());
      }
      if (x.activated) write(*x.activated, a);
      out = h_gradient(read(*x.h), out);
    }
    write(x.out, out);
  }

  void run(Stage stage) {
    switch (stage) {
      case Stage::kPermute:
        return write(Buffer::kXRows, rows_of(read(Buffer::kX)));
      case Stage::kUp:
        return multiply(ExpertGemm::kUp);
      case Stage::kActivation:
        return write(Buffer::kA, activated(read(Buffer::kH)));
      case Stage::kDown:
        return multiply(ExpertGemm::kDown);
      case Stage::kCombine:
        return write(
            Buffer::kOut,
            sum_rows(read(Buffer::kY), fused_.combination ? nullptr : &read(Buffer::kWeights)));
      case Stage::kCombineBackward: {
        Values dy = rows_of(read(Buffer::kDOut));
        if (!fused_.combination) {
          Values d_weights(num_rows(), 0.0);
          for (std::size_t i = 0; i < dy.size(); ++i) {
            d_weights[slot_of(i / d())] += dy[i] * read(Buffer::kY)[i];
          }
          write(Buffer::kDWeights, d_weights);
          weight_rows(dy, d());
        }
        return write(Buffer::kDY, dy);
      }
      case Stage::kDownDgrad:
        return multiply(ExpertGemm::kDownDgrad);
      case Stage::kDownWgrad:
        return multiply(ExpertGemm::kDownWgrad);
      case Stage::kActivationBackward:
        return write(Buffer::kDH, h_gradient(read(Buffer::kH), read(Buffer::kDA)));
      case Stage::kUpDgrad:
        return multiply(ExpertGemm::kUpDgrad);
      case Stage::kUpWgrad:
        return multiply(ExpertGemm::kUpWgrad);
      case Stage::kPermuteBackward:
        return write(Buffer::kDX, sum_rows(read(Buffer::kDY), nullptr));
      default:
        return;  // the router's
    }
  }

  MoeLayer layer_;
  Fusion fused_;
  Positions positions_;
  std::map<Buffer, Values> tensors_;
};

constexpr Buffer kResults[]{Buffer::kOut, Buffer::kDX, Buffer::kDW1, Buffer::kDW2,
                            Buffer::kDWeights};

void check_same(const HostLayer& expected, const HostLayer& actual) {
  for (const Buffer buffer : kResults) {
    CAPTURE(static_cast<int>(buffer));
    const Values &x = expected.read(buffer), &y = actual.read(buffer);
    REQUIRE(x.size() == y.size());
    double off = 0.0, size = 0.0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      off = std::max(off, std::abs(x[i] - y[i]));
      size = std::max(size, std::abs(x[i]));
    }
    CHECK(size > 0.0);
    CHECK(off <= 1e-13 * size);  // sums of at most 20 terms in another order
  }
}

std::vector<std::string> stage_names(Pass pass, const Fusion& fused) {
  std::vector<std::string> out;
  for (const Stage stage : stages_of(pass, fused)) out.emplace_back(to_string(stage));
  return out;
}

}  // namespace

TEST_CASE("fused pass: whatever is fused gives what the stages give one by one",
          "[bench][identity]") {
  for (const Activation activation : {Activation::kSwiGlu, Activation::kGelu, Activation::kRelu}) {
    HostLayer plain(small_layer(activation), {});
    plain.run(Pass::kBoth);
    for (const Fusion& fused : possible_fusions()) {
      CAPTURE(words_of(fused), to_string(activation));
      HostLayer layer(small_layer(activation), fused);
      layer.run(Pass::kBoth);
      check_same(plain, layer);
    }
  }
}

TEST_CASE("fused pass: a backward repeated after one forward gives the same", "[bench][identity]") {
  for (const Fusion& fused : possible_fusions()) {
    CAPTURE(words_of(fused));
    HostLayer once(small_layer(Activation::kSwiGlu), fused);
    once.run(Pass::kBoth);
    HostLayer twice = once;
    twice.run(Pass::kBackward);
    for (const Buffer buffer : kResults) CHECK(once.read(buffer) == twice.read(buffer));
  }
}

TEST_CASE("fused pass: stages whose work is part of a product are not run", "[bench][identity]") {
  using Names = std::vector<std::string>;
  CHECK(stage_names(Pass::kForward, kAllFused) == Names{"router", "topk", "up", "down", "combine"});
  CHECK(stage_names(Pass::kBackward, kAllFused) ==
        Names{"down_dgrad", "down_wgrad", "up_dgrad", "up_wgrad", "permute_backward",
              "topk_backward", "router_dgrad", "router_wgrad"});
  // Without the gather rows of dOut are copied, in place of weighting them.
  CHECK(stage_names(Pass::kBackward, {.activation = true, .combination = true}).front() ==
        "combine_backward");
  CHECK(stage_names(Pass::kBoth, {}).size() == 17);
}

TEST_CASE("fused pass: no product reads or writes a tensor that the layer does not have",
          "[bench][identity]") {
  for (const Fusion& fused : possible_fusions()) {
    for (int i = 0; i < kNumExpertGemms; ++i) {
      const ExpertOperands x = operands_of(static_cast<ExpertGemm>(i), fused);
      for (const Buffer buffer : {x.left, x.right, x.out}) CHECK(is_used(buffer, fused));
      for (const auto& buffer : {x.activated, x.h, x.d_weights}) {
        if (buffer) CHECK(is_used(*buffer, fused));
      }
      CHECK(x.out != x.left);
      CHECK(x.out != x.right);
    }
  }
  CHECK_FALSE(is_used(Buffer::kXRows, kAllFused));
  CHECK_FALSE(is_used(Buffer::kDA, kAllFused));
}

}  // namespace fused_pass_test
