#include <cmath>

#include "catch.hpp"
#include "isoflop/core/model_shape_rule.hpp"
#include "isoflop/cost/paper_flops.hpp"
#include "isoflop/shape/flop_count.hpp"
#include "isoflop/shape/memory_count.hpp"
#include "isoflop/shape/parameter_count.hpp"
#include "shape/shapes.hpp"

namespace isoflop::counts_test {
namespace {

using testing::latent_shape;
using testing::plain_shape;
using testing::routed_shape;

// d^2 and d of the plain and the routed shape, which have 8 blocks.
constexpr std::uint64_t kSquare = 512 * 512, kWidth = 512, kBlocks = 8;

TEST_CASE("count_parameters: a plain block has 12 d^2 weights in matrices", "[shape][identity]") {
  const ParameterCount params = count_parameters(plain_shape());
  CHECK(params.active_no_embedding() - params.norms == 12 * kSquare * kBlocks);
  CHECK(params.norms == (2 * kBlocks + 1) * kWidth);
}

TEST_CASE(
    "count_parameters: a routed block has (8 E + 4) d^2 weights and is 43 times as large at "
    "E = 64",
    "[shape][published]") {
  // Krajewski, Ludziejewski et al. 2024, arXiv 2402.07871: N and N_active of their models.
  const ParameterCount params = count_parameters(routed_shape());
  CHECK(params.total_no_embedding() - params.norms == (8 * 64 + 4) * kSquare * kBlocks);
  CHECK(params.active_no_embedding() - params.norms == 12 * kSquare * kBlocks);
  CHECK(total_per_active(64.0) == 43.0);
}

TEST_CASE("count_parameters: a gated model counts as Ludziejewski et al. count theirs",
          "[shape][published]") {
  // arXiv 2502.05172: N_total = 2 d V + (4 + 9 E) n d^2 and N_act = 2 d V + 13 n d^2 with a hidden
  // width of 3 d; norms and router are left out there.
  ModelShape shape = routed_shape();
  shape.gated = true;
  shape.d_ff = shape.expert_width = 3 * kWidth;
  shape.num_experts = 32;
  shape.top_k = 1;
  const ParameterCount params = count_parameters(shape);
  const std::uint64_t embeddings = 2 * kWidth * shape.vocab_size;
  CHECK(params.total() - params.norms - params.router ==
        embeddings + (4 + 9 * 32) * kBlocks * kSquare);
  CHECK(params.active() - params.norms - params.router == embeddings + 13 * kBlocks * kSquare);
}

TEST_CASE("count_parameters: the parts add up to the whole", "[shape][identity]") {
  for (const ModelShape& shape : {plain_shape(), routed_shape(), latent_shape()}) {
    const ParameterCount p = count_parameters(shape);
    CHECK(p.total() == p.embedding + p.positions + p.head + p.attention + p.norms + p.dense_ff +
                           p.experts + p.shared_experts + p.router);
    CHECK(p.total() - p.active() == p.experts - p.active_experts);
    CHECK(p.total() - p.total_no_embedding() == p.embedding + p.positions + p.head + p.router);
  }
}

TEST_CASE("count_parameters: a tied head is counted once", "[shape][identity]") {
  ModelShape shape = plain_shape();
  const std::uint64_t untied = count_parameters(shape).total();
  shape.tied = true;
  CHECK(untied - count_parameters(shape).total() == shape.vocab_size * kWidth);
}

TEST_CASE("count_parameters: biases and q/k norms are one number per output", "[shape][identity]") {
  ModelShape shape = plain_shape();
  shape.num_kv_heads = 2;  // keys and values are 128 wide
  const std::uint64_t without = count_parameters(shape).attention;
  auto more = [&](auto change) {
    ModelShape changed = shape;
    change(changed);
    return count_parameters(changed).attention - without;
  };
  CHECK(more([](ModelShape& s) { s.qkv_bias = true; }) == kBlocks * (512 + 2 * 128));
  CHECK(more([](ModelShape& s) { s.output_bias = true; }) == kBlocks * 512);
  CHECK(more([](ModelShape& s) { s.qk_norm = QkNorm::kPerHead; }) == kBlocks * 2 * 64);
  CHECK(more([](ModelShape& s) { s.qk_norm = QkNorm::kFullWidth; }) == kBlocks * (512 + 128));
}

TEST_CASE("count_parameters: layer norms shift as well as scale", "[shape][identity]") {
  ModelShape shape = plain_shape();
  shape.norm = Norm::kLayer;
  CHECK(count_parameters(shape).norms == 2 * count_parameters(plain_shape()).norms);
}

TEST_CASE("count_parameters: splitting experts changes no expert weight and multiplies the router",
          "[shape][identity]") {
  ModelShape fine = routed_shape();
  fine.num_experts *= 2, fine.expert_width /= 2, fine.top_k *= 2;
  const ParameterCount a = count_parameters(routed_shape()), b = count_parameters(fine);
  CHECK(a.experts == b.experts);
  CHECK(a.active_experts == b.active_experts);
  CHECK(2 * a.router == b.router);
}

TEST_CASE("count_parameters: predicting further tokens adds to no other count",
          "[shape][identity]") {
  ModelShape without = latent_shape();
  without.num_mtp_blocks = 0;
  const ParameterCount a = count_parameters(latent_shape()), b = count_parameters(without);
  CHECK(a.mtp > a.mtp_active);
  CHECK(b.mtp == 0);
  CHECK(a.total() == b.total());
  CHECK(training_flops(latent_shape()).transformer == training_flops(without).transformer);
}

TEST_CASE("training_flops: 6nd is six per active parameter", "[shape][identity]") {
  CHECK(training_flops(routed_shape()).six_nd == 6 * count_parameters(routed_shape()).active());
}

TEST_CASE("training_flops: paper is the cost that the planner uses and six per norm weight",
          "[shape][identity]") {
  // c_f = 6 per active parameter, c_r = 14 per d E' and block; this shape has d = 64 blocks.
  const ModelShape shape = routed_shape();
  const PaperFlops cost{64.0, 6.0, 14.0, {}};
  const double n_active = 12.0 * kSquare * kBlocks;
  const double planned = std::exp(cost.log_cost_per_token(std::log(n_active), std::log(8.0)));
  const auto counted = static_cast<double>(training_flops(shape).paper);
  const double in_norms = 6.0 * static_cast<double>(count_parameters(shape).norms);
  CHECK(counted - in_norms == Approx(planned).epsilon(1e-13));  // some roundings of logarithms
}

TEST_CASE("training_flops: the price of routing is an input", "[shape][identity]") {
  const std::uint64_t at_14 = training_flops(routed_shape()).paper;
  CHECK(training_flops(routed_shape(), 20).paper - at_14 == 6 * kWidth * 512 * kBlocks);
  CHECK(training_flops(routed_shape(), 0).paper ==
        6 * count_parameters(routed_shape()).active_no_embedding());
}

TEST_CASE("training_flops: transformer grows with the sequence by the scores alone",
          "[shape][identity]") {
  ModelShape longer = plain_shape();
  longer.seq_len *= 2;
  // 12 T h q per block: Chowdhery et al. 2022, arXiv 2204.02311, Appendix B.
  CHECK(training_flops(longer).transformer - training_flops(plain_shape()).transformer ==
        12 * 256 * kWidth * kBlocks);
}

TEST_CASE("training_flops: transformer counts every matrix six times", "[shape][identity]") {
  const ParameterCount params = count_parameters(routed_shape());
  CHECK(training_flops(routed_shape()).transformer ==
        6 * (params.active() - params.embedding - params.norms) + 12 * 256 * kWidth * kBlocks);
}

TEST_CASE("inference_flops: a third of training up to rounding", "[shape][identity]") {
  for (const ModelShape& shape : {plain_shape(), routed_shape(), latent_shape()}) {
    const FlopCount train = training_flops(shape), infer = inference_flops(shape);
    CHECK(3 * infer.six_nd == train.six_nd);
    CHECK(3 * infer.transformer == train.transformer);
    CHECK(std::llabs(static_cast<long long>(3 * infer.paper - train.paper)) <= 1);
  }
}

TEST_CASE("count_memory: mixed precision with AdamW takes 16 bytes per parameter",
          "[shape][published]") {
  // Rajbhandari et al. 2019, arXiv 1910.02054, Section 3.1: 2 + 2 + 12.
  const MemoryCount bytes = count_memory(routed_shape());
  CHECK(bytes.weights + bytes.gradients + bytes.optimizer ==
        16 * count_parameters(routed_shape()).total());
}

TEST_CASE("count_memory: fewer key/value heads cache in proportion", "[shape][identity]") {
  ModelShape grouped = plain_shape();
  grouped.num_kv_heads = 2;
  CHECK(count_memory(plain_shape()).kv_cache_per_token == 2 * 512 * kBlocks * 2);
  CHECK(4 * count_memory(grouped).kv_cache_per_token ==
        count_memory(plain_shape()).kv_cache_per_token);
}

TEST_CASE("count_memory: latent attention caches the latent and one rotary key",
          "[shape][identity]") {
  CHECK(count_memory(latent_shape()).kv_cache_per_token == (48 + 16) * kBlocks * 2);
}

}  // namespace
}  // namespace isoflop::counts_test
