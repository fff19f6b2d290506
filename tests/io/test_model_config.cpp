#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "io/scratch_folder.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/model_config.hpp"
#include "isoflop/shape/parameter_count.hpp"
#include "shape/shapes.hpp"

namespace isoflop::model_config_test {
namespace {

using Catch::Matchers::ContainsSubstring;
using Json = nlohmann::ordered_json;

const std::vector<std::string> kShipped{"gpt2",        "llama-2-7b",       "mixtral-8x7b",
                                        "olmoe-1b-7b", "deepseek-v2-lite", "qwen3-30b-a3b",
                                        "deepseek-v3"};

std::string shipped_path(const std::string& name) {
  return std::string(ISOFLOP_SOURCE_DIR) + "/data/shapes/" + name + ".json";
}
ModelShape shipped_shape(const std::string& name) { return read_model_config(shipped_path(name)); }

/// The fields that every model type of this family needs.
Json llama_like(const char* type) {
  return {
      {"model_type", type},        {"vocab_size", 32000},        {"max_position_embeddings", 32768},
      {"hidden_size", 4096},       {"intermediate_size", 14336}, {"num_hidden_layers", 32},
      {"num_attention_heads", 32}, {"num_key_value_heads", 8}};
}

/// The end of every refusal.
const std::string kAdvice =
    "; shape counts by options too: d_model, blocks, heads, kv_heads, head_dim, d_ff, vocab, "
    "num_experts, expert_width, top_k";

std::string fault_of(const Json& config) {
  try {
    shape_from_config(config, "config.json");
  } catch (const DataError& fault) {
    return fault.what();
  }
  return "no fault";
}

TEST_CASE("shape_from_config: GPT-2 says by its name what its file leaves out", "[io][published]") {
  const ModelShape shape = shipped_shape("gpt2");
  CHECK(shape.tied);
  CHECK(shape.num_positions == 1024);
  CHECK((shape.qkv_bias && shape.output_bias && shape.ff_bias));
  CHECK(shape.norm == Norm::kLayer);
  CHECK_FALSE(shape.gated);
  CHECK(shape.d_ff == 3072);
}

TEST_CASE("shape_from_config: q/k norms follow from the model type", "[io][published]") {
  CHECK(shipped_shape("olmoe-1b-7b").qk_norm == QkNorm::kFullWidth);
  CHECK(shipped_shape("qwen3-30b-a3b").qk_norm == QkNorm::kPerHead);
  CHECK(shipped_shape("mixtral-8x7b").qk_norm == QkNorm::kNone);
}

TEST_CASE("shape_from_config: dense models come out at their published totals", "[io][published]") {
  auto total = [](const Json& config) {
    return count_parameters(shape_from_config(config, "config.json")).total();
  };
  // Mistral 7B (7.24B), Qwen2.5-7B (7.61B and 6.53B without embeddings) and Qwen3-0.6B (0.6B and
  // 0.44B), as their model cards round them.
  CHECK(total(llama_like("mistral")) == 7'241'732'096);
  Json qwen2 = llama_like("qwen2");
  qwen2.update(Json{{"vocab_size", 152064},
                    {"hidden_size", 3584},
                    {"intermediate_size", 18944},
                    {"num_hidden_layers", 28},
                    {"num_attention_heads", 28},
                    {"num_key_value_heads", 4}});
  CHECK(total(qwen2) == 7'615'616'512);
  Json qwen3 = llama_like("qwen3");
  qwen3.update(Json{{"vocab_size", 151936},
                    {"hidden_size", 1024},
                    {"intermediate_size", 3072},
                    {"num_hidden_layers", 28},
                    {"num_attention_heads", 16},
                    {"tie_word_embeddings", true}});
  CHECK(total(qwen3) == 596'049'920);
}

TEST_CASE("shape_from_config: Qwen1.5-MoE has a gated shared expert", "[io][published]") {
  Json config = llama_like("qwen2_moe");
  config.update(Json{{"vocab_size", 151936},
                     {"hidden_size", 2048},
                     {"intermediate_size", 5632},
                     {"num_hidden_layers", 24},
                     {"num_attention_heads", 16},
                     {"num_key_value_heads", 16},
                     {"num_experts", 60},
                     {"num_experts_per_tok", 4},
                     {"moe_intermediate_size", 1408},
                     {"shared_expert_intermediate_size", 5632}});
  const ParameterCount params = count_parameters(shape_from_config(config, "config.json"));
  // Stated as 14.3B in total and 2.7B activated.
  CHECK(params.total() == 14'315'784'192);
  CHECK(params.active() == 2'689'173'504);
}

TEST_CASE("shape_from_config: DeepSeek-V2 has a rank for queries", "[io][published]") {
  Json config;
  {
    std::ifstream in(shipped_path("deepseek-v2-lite"));
    config = Json::parse(in);
  }
  config.update(Json{{"hidden_size", 5120},
                     {"intermediate_size", 12288},
                     {"num_hidden_layers", 60},
                     {"num_attention_heads", 128},
                     {"q_lora_rank", 1536},
                     {"n_routed_experts", 160},
                     {"moe_intermediate_size", 1536}});
  const ParameterCount params = count_parameters(shape_from_config(config, "config.json"));
  // Stated as 236B in total and 21B activated.
  CHECK(params.total() == 235'741'434'880);
  CHECK(params.active() == 21'375'800'320);
}

TEST_CASE("shape_from_config: Qwen routes every block whose number from 1 the step divides",
          "[io][identity]") {
  Json config = llama_like("qwen3_moe");
  config.update(Json{{"num_experts", 8},
                     {"num_experts_per_tok", 2},
                     {"moe_intermediate_size", 768},
                     {"decoder_sparse_step", 2},
                     {"mlp_only_layers", {0, 1, 2}}});
  // Of blocks 0 to 31 the odd ones, without block 1.
  CHECK(shape_from_config(config, "config.json").num_routed_blocks() == 15);
}

TEST_CASE("shape_from_config: a file that says it has no experts is dense", "[io][identity]") {
  Json config = llama_like("qwen3_moe");
  config["num_experts"] = 0;
  CHECK_FALSE(shape_from_config(config, "config.json").is_routed());
}

TEST_CASE("shape_from_config: a missing field is named", "[io][refusal]") {
  for (const std::string& name : kShipped) {
    std::ifstream in(shipped_path(name));
    const Json whole = Json::parse(in);
    const std::vector<std::string> optional{"tie_word_embeddings",
                                            "attention_bias",
                                            "moe_layer_freq",
                                            "decoder_sparse_step",
                                            "mlp_only_layers",
                                            "num_nextn_predict_layers",
                                            "head_dim",
                                            "max_position_embeddings"};
    for (const auto& item : whole.items()) {
      if (std::find(optional.begin(), optional.end(), item.key()) != optional.end()) continue;
      if (item.key() == "num_key_value_heads" && (name == "llama-2-7b" || name == "olmoe-1b-7b")) {
        continue;  // as many as heads
      }
      Json part = whole;
      part.erase(item.key());
      CAPTURE(name);
      CHECK_THAT(fault_of(part), ContainsSubstring("config.json: lacks \"" + item.key() + "\""));
    }
  }
}

TEST_CASE("shape_from_config: senseless fields are refused by name", "[io][refusal]") {
  auto fault = [](const char* key, const Json& value) {
    Json config = llama_like("llama");
    config[key] = value;
    return fault_of(config);
  };
  const std::string head =
      "config.json: \"hidden_size\" must be a whole number of at least 1" + kAdvice;
  CHECK(fault("hidden_size", 0) == head);
  CHECK(fault("hidden_size", -4096) == head);
  CHECK(fault("hidden_size", 40.5) == head);
  CHECK(fault("hidden_size", "wide") == head);
  CHECK(fault("hidden_size", "4096.5") == head);
  CHECK(fault("hidden_size", {4096, 2048}) ==
        "config.json: \"hidden_size\" differs from block to block" + kAdvice);
  CHECK(fault("hidden_size", 4100) ==
        "config.json: \"hidden_size\" = 4100 is not a multiple of \"num_attention_heads\" = 32" +
            kAdvice);
  CHECK(fault("tie_word_embeddings", 1) ==
        "config.json: \"tie_word_embeddings\" must be true or false" + kAdvice);
  CHECK_THAT(fault("num_key_value_heads", 5), ContainsSubstring("5 key/value heads"));
}

TEST_CASE("shape_from_config: an unknown model type is refused with those that are known",
          "[io][refusal]") {
  const std::string fault = fault_of({{"model_type", "mamba"}, {"state_size", 16}});
  CHECK_THAT(fault, ContainsSubstring("\"mamba\", which has state-space layers"));
  const std::string unknown = fault_of({{"model_type", "someone"}, {"width", 16}});
  CHECK_THAT(unknown, ContainsSubstring("config.json: \"model_type\" is \"someone\""));
  for (const std::string_view name : model_types()) {
    CHECK_THAT(unknown, ContainsSubstring(" " + std::string(name)));
  }
  CHECK_THAT(fault_of(Json::array()), ContainsSubstring("no JSON object"));
}

TEST_CASE("shape_from_config: dense blocks that do not come first are refused", "[io][refusal]") {
  Json config = llama_like("qwen3_moe");
  config.update(Json{{"num_experts", 8},
                     {"num_experts_per_tok", 2},
                     {"moe_intermediate_size", 768},
                     {"mlp_only_layers", {31}}});
  CHECK_THAT(fault_of(config), ContainsSubstring("\"mlp_only_layers\""));
}

TEST_CASE("read_model_config: a truncated file is refused in one line", "[io][refusal]") {
  const testing::ScratchFolder folder;
  const std::string whole = llama_like("llama").dump(2);
  const std::string path = folder.write("config.json", whole.substr(0, whole.size() / 2));
  CHECK_THROWS_WITH(read_model_config(path), ContainsSubstring("the file is incomplete"));
  CHECK_THROWS_AS(read_model_config(folder.path("none.json")), DataError);
}

TEST_CASE("shape_to_config: published shapes are written as their own model type and read back",
          "[io][recovery]") {
  for (const std::string& name : kShipped) {
    CAPTURE(name);
    std::ifstream in(shipped_path(name));
    const Json published = Json::parse(in);
    const ModelShape shape = shipped_shape(name);
    const Json written = shape_to_config(shape);
    CHECK(written["model_type"] == published["model_type"]);
    CHECK(shape_from_config(written, "config.json") == shape);
  }
}

TEST_CASE("shape_to_config: a shape of no other model type is spelled out and read back",
          "[io][recovery]") {
  ModelShape strange = testing::latent_shape();
  strange.shared_expert_width = 100;
  strange.routed_period = 3, strange.routed_offset = 1;
  for (const ModelShape& shape : {testing::plain_shape(), testing::routed_shape(), strange}) {
    const Json written = shape_to_config(shape);
    CHECK(written["model_type"] == "isoflop");
    CHECK(shape_from_config(written, "config.json") == shape);
  }
}

TEST_CASE("shape_to_config: a dense width that a model type cannot say is kept beside it",
          "[io][recovery]") {
  ModelShape shape = shipped_shape("mixtral-8x7b");
  shape.d_ff = 2 * shape.expert_width;
  const Json written = shape_to_config(shape);
  CHECK(written["model_type"] == "mixtral");
  CHECK(shape_from_config(written, "config.json") == shape);
}

TEST_CASE("shape_to_config: a shape that contradicts itself is refused", "[io][refusal]") {
  ModelShape shape = testing::plain_shape();
  shape.num_kv_heads = 3;
  CHECK_THROWS_AS(shape_to_config(shape), InvalidArgument);
}

TEST_CASE("shape_from_config: a shape spelled out may not contradict its attention",
          "[io][refusal]") {
  Json config{{"model_type", "isoflop"}};
  config.update(shape_to_json(testing::plain_shape()));
  config["attention"] = "gqa";
  CHECK_THAT(fault_of(config), ContainsSubstring("\"attention\" contradicts"));
  config["attention"] = "linear";
  CHECK_THAT(fault_of(config), ContainsSubstring("must be one of: mha gqa mla"));
}

}  // namespace
}  // namespace isoflop::model_config_test
