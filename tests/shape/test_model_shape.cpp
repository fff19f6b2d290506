#include <functional>

#include "catch.hpp"
#include "isoflop/shape/model_shape.hpp"
#include "isoflop/shape/parameter_count.hpp"
#include "shape/shapes.hpp"

namespace isoflop::model_shape_test {
namespace {

using Catch::Matchers::ContainsSubstring;
using testing::latent_shape;
using testing::plain_shape;
using testing::routed_shape;

TEST_CASE("ModelShape: attention is told by its heads", "[shape][identity]") {
  ModelShape shape = plain_shape();
  CHECK(shape.attention() == Attention::kMultiHead);
  shape.num_kv_heads = 2;
  CHECK(shape.attention() == Attention::kGroupedQuery);
  CHECK(latent_shape().attention() == Attention::kLatent);
}

TEST_CASE("ModelShape: routed blocks are those that a count one by one finds",
          "[shape][identity]") {
  ModelShape shape = routed_shape();
  for (shape.num_dense_blocks = 0; shape.num_dense_blocks <= 10; ++shape.num_dense_blocks) {
    for (shape.routed_period = 1; shape.routed_period <= 4; ++shape.routed_period) {
      for (shape.routed_offset = 0; shape.routed_offset < shape.routed_period;
           ++shape.routed_offset) {
        std::uint64_t counted = 0;
        for (std::uint64_t i = shape.num_dense_blocks; i < shape.num_blocks; ++i) {
          if (i % shape.routed_period == shape.routed_offset) ++counted;
        }
        CAPTURE(shape.num_dense_blocks, shape.routed_period, shape.routed_offset);
        CHECK(shape.num_routed_blocks() == counted);
      }
    }
  }
}

TEST_CASE("ModelShape: a dense model has no routed block", "[shape][identity]") {
  CHECK(plain_shape().num_routed_blocks() == 0);
}

TEST_CASE("require_consistent: the shapes of these tests pass", "[shape][identity]") {
  CHECK_NOTHROW(require_consistent(plain_shape()));
  CHECK_NOTHROW(require_consistent(routed_shape()));
  CHECK_NOTHROW(require_consistent(latent_shape()));
}

TEST_CASE("require_consistent: every contradiction is refused with a line that names it",
          "[shape][refusal]") {
  struct Row {
    ModelShape from;
    std::function<void(ModelShape&)> spoil;
    const char* names;
  };
  const std::vector<Row> rows{
      {plain_shape(), [](ModelShape& s) { s.d_model = 0; }, "d_model"},
      {plain_shape(), [](ModelShape& s) { s.num_blocks = 0; }, "blocks"},
      {plain_shape(), [](ModelShape& s) { s.num_blocks = 2'000'000; }, "2000000 blocks"},
      {plain_shape(), [](ModelShape& s) { s.d_ff = (std::uint64_t{1} << 32) + 1; }, "2^32"},
      {plain_shape(), [](ModelShape& s) { s.vocab_size = 0; }, "vocabulary"},
      {plain_shape(), [](ModelShape& s) { s.window = 128; }, "a window needs both"},
      {plain_shape(), [](ModelShape& s) { s.window = 128, s.num_window_blocks = 9; },
       "with a window"},
      {plain_shape(), [](ModelShape& s) { s.other.num_blocks = 9; }, "without attention"},
      {plain_shape(), [](ModelShape& s) { s.num_positions = 128; }, "256 tokens"},
      {plain_shape(), [](ModelShape& s) { s.num_kv_heads = 3; }, "8 heads cannot share 3"},
      {plain_shape(), [](ModelShape& s) { s.head_dim = 0; }, "head dimension"},
      {plain_shape(), [](ModelShape& s) { s.d_ff = 0; }, "d_ff"},
      {plain_shape(), [](ModelShape& s) { s.top_k = 2; }, "number of experts"},
      {plain_shape(), [](ModelShape& s) { s.num_dense_blocks = 2; }, "number of experts"},
      {routed_shape(), [](ModelShape& s) { s.expert_width = 0; }, "width of an expert"},
      {routed_shape(), [](ModelShape& s) { s.top_k = 513; }, "513 of 512 experts"},
      {routed_shape(), [](ModelShape& s) { s.top_k = 0; }, "top-k"},
      {routed_shape(), [](ModelShape& s) { s.num_dense_blocks = 8; }, "none of the 8 blocks"},
      {routed_shape(), [](ModelShape& s) { s.routed_period = 0; }, "period"},
      {routed_shape(), [](ModelShape& s) { s.routed_offset = 1; }, "period of 1"},
      {routed_shape(), [](ModelShape& s) { s.num_shared_experts = 1; }, "shared experts"},
      {routed_shape(), [](ModelShape& s) { s.shared_expert_gate = true; }, "gate"},
      {latent_shape(), [](ModelShape& s) { s.latent->kv_lora_rank = 0; }, "kv_lora_rank"},
      {latent_shape(), [](ModelShape& s) { s.latent->v_head_dim = 0; }, "v_head_dim"},
      {latent_shape(), [](ModelShape& s) { s.num_kv_heads = 1; }, "key/value heads"},
      {latent_shape(), [](ModelShape& s) { s.head_dim = 64; }, "head dimension"},
      {latent_shape(), [](ModelShape& s) { s.qk_norm = QkNorm::kPerHead; }, "q/k norm"},
  };
  for (const Row& row : rows) {
    ModelShape shape = row.from;
    row.spoil(shape);
    CHECK_THROWS_WITH(require_consistent(shape), ContainsSubstring(row.names));
  }
}

TEST_CASE("count_parameters: what does not fit into 64 bits is refused", "[shape][refusal]") {
  ModelShape shape = plain_shape();
  shape.vocab_size = shape.d_model = std::uint64_t{1} << 32;
  CHECK_THROWS_WITH(count_parameters(shape), ContainsSubstring("64 bits"));
}

TEST_CASE("Exact: a result outside 64 bits is refused", "[shape][refusal]") {
  const Exact most = ~std::uint64_t{0};
  CHECK((most - 1 + 1) == most);
  CHECK_THROWS_AS(most + 1, InvalidArgument);
  CHECK_THROWS_AS(most * 2, InvalidArgument);
  CHECK_THROWS_AS(Exact(1) - 2, InvalidArgument);
}

}  // namespace
}  // namespace isoflop::model_shape_test
