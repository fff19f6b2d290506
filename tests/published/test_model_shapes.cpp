// Counts of published models against what their authors state. Sources: data/README.md.
#include "catch.hpp"
#include "isoflop/io/model_config.hpp"
#include "isoflop/shape/experts.hpp"
#include "isoflop/shape/flop_count.hpp"
#include "isoflop/shape/memory_count.hpp"
#include "isoflop/shape/parameter_count.hpp"
#include "within.hpp"

namespace isoflop::model_shapes_test {
namespace {

using testing::within;

ModelShape shipped_shape(const std::string& name) {
  return read_model_config(std::string(ISOFLOP_SOURCE_DIR) + "/data/shapes/" + name + ".json");
}

struct CertifiedRow {
  const char* name;
  std::uint64_t total, active;
};

// Totals are the numbers of weights in the published files; active counts follow from them by the
// experts that a token does not use.
constexpr CertifiedRow kRows[] = {
    {"gpt2", 124'439'808, 124'439'808},
    {"llama-2-7b", 6'738'415'616, 6'738'415'616},
    {"mixtral-8x7b", 46'702'792'704, 12'879'925'248},
    {"olmoe-1b-7b", 6'919'161'856, 1'282'017'280},
    {"deepseek-v2-lite", 15'706'484'224, 2'661'150'208},
    {"qwen3-30b-a3b", 30'532'122'624, 3'353'032'704},
    {"deepseek-v3", 671'026'419'200, 37'552'297'472},
};

TEST_CASE("count_parameters: totals of published models are exact", "[shape][published]") {
  for (const CertifiedRow& row : kRows) {
    CAPTURE(row.name);
    CHECK(count_parameters(shipped_shape(row.name)).total() == row.total);
  }
}

TEST_CASE("count_parameters: active parameters of published models are exact",
          "[shape][published]") {
  for (const CertifiedRow& row : kRows) {
    CAPTURE(row.name);
    CHECK(count_parameters(shipped_shape(row.name)).active() == row.active);
  }
}

struct StatedRow {
  const char* name;
  double total, active, half_digit;  ///< in billions, to half of the last printed digit
};

TEST_CASE("count_parameters: authors round to the same totals and active parameters",
          "[shape][published]") {
  for (const StatedRow& row :
       {StatedRow{"mixtral-8x7b", 46.7, 12.9, 0.05}, StatedRow{"olmoe-1b-7b", 6.9, 1.3, 0.05}}) {
    CAPTURE(row.name);
    const ParameterCount params = count_parameters(shipped_shape(row.name));
    CHECK(static_cast<double>(params.total()) / 1e9 == within(row.total, row.half_digit));
    CHECK(static_cast<double>(params.active()) / 1e9 == within(row.active, row.half_digit));
  }
}

TEST_CASE("count_parameters: without embeddings Qwen3-30B-A3B has the stated 29.9B",
          "[shape][published]") {
  const ParameterCount params = count_parameters(shipped_shape("qwen3-30b-a3b"));
  CHECK(static_cast<double>(params.total()) / 1e9 == within(30.5, 0.05));
  CHECK(static_cast<double>(params.total_no_embedding()) / 1e9 == within(29.9, 0.05));
  // Stated as 3.3B, which cuts 3.353 off.
  CHECK(static_cast<double>(params.active()) / 1e9 == within(3.35, 0.005));
}

TEST_CASE("count_parameters: DeepSeek-V2-Lite has its stated 2.4B without the embedding",
          "[shape][published]") {
  const ParameterCount params = count_parameters(shipped_shape("deepseek-v2-lite"));
  CHECK(static_cast<double>(params.total()) / 1e9 == within(15.7, 0.05));
  // 2.451: stated as 2.4B, cut off.
  CHECK(static_cast<double>(params.active() - params.embedding) / 1e9 == within(2.45, 0.005));
}

TEST_CASE("count_parameters: DeepSeek-V3 states its further-token layer without the projection",
          "[shape][published]") {
  const ModelShape shape = shipped_shape("deepseek-v3");
  const ParameterCount params = count_parameters(shape);
  const std::uint64_t projection = 2 * shape.d_model * shape.d_model;
  CHECK(static_cast<double>(params.mtp - projection) / 1e9 == within(11.5, 0.05));
  // Stated with embedding and head, which it shares with the model.
  CHECK(static_cast<double>(params.mtp_active - projection + params.embedding + params.head) /
            1e9 ==
        within(2.4, 0.05));
}

TEST_CASE("inference_flops: GPT-2 takes the FLOPs that nanoGPT counts for it",
          "[shape][published]") {
  // transformer_sizing.ipynb of github.com/karpathy/nanoGPT: forward_total of 1,024 tokens.
  CHECK(1024 * inference_flops(shipped_shape("gpt2")).transformer == 291'648'307'200);
  CHECK(1024 * training_flops(shipped_shape("gpt2")).transformer == 874'944'921'600);
}

TEST_CASE("count_memory: DeepSeek-V3 caches 70.272 kB per token", "[shape][published]") {
  // Zhao et al. 2025, arXiv 2505.09343, Table 1, with 516.096 kB for LLaMA-3.1 405B.
  CHECK(count_memory(shipped_shape("deepseek-v3")).kv_cache_per_token == 70'272);
  ModelShape llama = shipped_shape("llama-2-7b");
  llama.num_blocks = 126;
  llama.num_heads = 128;
  llama.num_kv_heads = 8;
  CHECK(count_memory(llama).kv_cache_per_token == 516'096);
}

TEST_CASE("expert_layer: OLMoE splits a layer of 8192 into eighths", "[shape][published]") {
  const ExpertLayer olmoe = expert_layer(shipped_shape("olmoe-1b-7b"));
  CHECK(olmoe.d_ff == 8192);
  CHECK(olmoe.expansion() == 8.0);
  CHECK(olmoe.granularity() == 8.0);
  CHECK(olmoe.k0() == 1.0);
}

TEST_CASE("expert_layer: Mixtral has eight whole layers and sends a token to two",
          "[shape][published]") {
  const ExpertLayer mixtral = expert_layer(shipped_shape("mixtral-8x7b"));
  CHECK(mixtral.expansion() == 8.0);
  CHECK(mixtral.granularity() == 1.0);
  CHECK(mixtral.k0() == 2.0);
}

}  // namespace
}  // namespace isoflop::model_shapes_test
