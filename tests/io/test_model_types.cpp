// What any config.json may leave out, spell otherwise or hold beside the text model.
#include <nlohmann/json.hpp>

#include "catch.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/model_config.hpp"
#include "isoflop/shape/flop_count.hpp"
#include "isoflop/shape/memory_count.hpp"
#include "isoflop/shape/parameter_count.hpp"
#include "within.hpp"

namespace isoflop::testing::model_types_test {
namespace {

using Catch::Matchers::ContainsSubstring;
using Json = nlohmann::ordered_json;

Json llama_like(const char* type) {
  return {{"model_type", type},     {"hidden_size", 512},       {"intermediate_size", 1024},
          {"num_hidden_layers", 4}, {"num_attention_heads", 8}, {"num_key_value_heads", 4},
          {"vocab_size", 32000}};
}

ModelConfig read(const Json& config) { return model_from_config(config, "config.json"); }

std::string fault_of(const Json& config) {
  try {
    read(config);
  } catch (const DataError& fault) {
    return fault.what();
  }
  return "no fault";
}

Json with(Json config, const Json& more) {
  config.update(more);
  return config;
}

TEST_CASE("model_from_config: a number may be a text or end in a point and a zero",
          "[io][identity]") {
  const ModelShape plain = read(llama_like("llama")).shape;
  CHECK(read(with(llama_like("llama"), {{"vocab_size", 32000.0}})).shape == plain);
  CHECK(read(with(llama_like("llama"), {{"vocab_size", "32000"}})).shape == plain);
  CHECK(read(with(llama_like("llama"), {{"hidden_size", "512.0"}})).shape == plain);
  CHECK(read(with(llama_like("llama"), {{"tie_word_embeddings", "false"}})).shape == plain);
}

TEST_CASE("model_from_config: a list of one number for each block is that number",
          "[io][identity]") {
  const ModelShape plain = read(llama_like("llama")).shape;
  CHECK(read(with(llama_like("llama"), {{"num_key_value_heads", {4, 4, 4, 4}}})).shape == plain);
  CHECK_THAT(fault_of(with(llama_like("llama"), {{"num_key_value_heads", {4, 4, 4, 2}}})),
             ContainsSubstring("\"num_key_value_heads\" differs from block to block"));
}

TEST_CASE("model_from_config: what only FLOPs need is not asked for", "[io][identity]") {
  const ModelShape shape = read(llama_like("llama")).shape;
  CHECK(shape.seq_len == 0);
  CHECK(count_parameters(shape).total() > 0);
  CHECK(training_flops(shape).six_nd == 6 * count_parameters(shape).active());
  CHECK(training_flops(shape).transformer == 0);
  CHECK(shape_to_json(shape).at("seq_len").is_null());
  CHECK(shape_from_config(shape_to_config(shape), "config.json") == shape);
}

TEST_CASE("model_from_config: keys may have the spelling of another type", "[io][identity]") {
  const Json experts{{"moe_intermediate_size", 128}, {"num_experts_per_tok", 2}};
  const Json base = with(llama_like("qwen3_moe"), experts);
  const ModelShape plain = read(with(base, {{"num_experts", 16}})).shape;
  CHECK(read(with(base, {{"num_local_experts", 16}})).shape == plain);
  CHECK(read(with(base, {{"n_routed_experts", 16}})).shape == plain);
  Json spelled = with(base, {{"num_experts", 16}});
  spelled.erase("num_experts_per_tok");
  CHECK(read(with(spelled, {{"experts_per_token", 2}})).shape == plain);
  // Not where the key is there and says that there is none.
  CHECK_FALSE(
      read(with(base, {{"num_experts", nullptr}, {"num_local_experts", 16}})).shape.is_routed());
}

TEST_CASE("model_from_config: the text part of a model is counted and said", "[io][identity]") {
  const Json whole{{"model_type", "llava"},
                   {"vision_config", {{"hidden_size", 99}}},
                   {"tie_word_embeddings", true},
                   {"text_config", llama_like("llama")}};
  const ModelConfig read_whole = read(whole);
  CHECK(read_whole.shape == read(with(llama_like("llama"), {{"tie_word_embeddings", true}})).shape);
  REQUIRE(read_whole.notes.size() == 1);
  CHECK_THAT(read_whole.notes[0], ContainsSubstring("text part"));
}

TEST_CASE("model_from_config: sizes outside an empty part are those of the model",
          "[io][identity]") {
  const Json whole = with(llama_like("qwen2_5_vl"), {{"text_config", Json::object()}});
  CHECK(read(whole).shape == read(llama_like("qwen2")).shape);
  CHECK(read(whole).notes.empty());
}

TEST_CASE("model_from_config: a part without a type has that of the whole", "[io][identity]") {
  Json part = llama_like("qwen2");
  part.erase("model_type");
  const ModelShape shape = read({{"model_type", "qwen2_vl"}, {"text_config", part}}).shape;
  CHECK(shape.qkv_bias);
}

TEST_CASE("model_from_config: a part leaves out what its type has by default", "[io][published]") {
  // Gemma 3 27B (Gemma Team 2025, arXiv 2503.19786, Table 1): 25,600M beside the embedding.
  const Json part{{"model_type", "gemma3_text"},
                  {"hidden_size", 5376},
                  {"intermediate_size", 21504},
                  {"num_hidden_layers", 62},
                  {"num_attention_heads", 32},
                  {"num_key_value_heads", 16},
                  {"head_dim", 128}};
  const ModelConfig gemma = read({{"model_type", "gemma3"}, {"text_config", part}});
  CHECK(static_cast<double>(count_parameters(gemma.shape).total_no_embedding()) / 1e9 ==
        within(25.600, 0.0005));
  CHECK(gemma.shape.num_window_blocks == 52);
  bool said = false;
  for (const std::string& note : gemma.notes) said = said || note.find("262208") != note.npos;
  CHECK(said);
}

TEST_CASE("model_from_config: a whole file has to name its sizes", "[io][refusal]") {
  Json config = llama_like("llama");
  config.erase("hidden_size");
  CHECK_THAT(fault_of(config), ContainsSubstring("lacks \"hidden_size\""));
}

TEST_CASE("model_from_config: an unknown type with the keys of Llama is counted as one and said",
          "[io][identity]") {
  const ModelConfig config = read(llama_like("somebody"));
  CHECK(config.shape == read(llama_like("llama")).shape);
  REQUIRE(config.notes.size() == 1);
  CHECK(config.notes[0] ==
        "\"model_type\" is \"somebody\", which is not known: counted as Llama by its keys");
}

TEST_CASE("model_from_config: an unknown type with experts has those that its keys say",
          "[io][identity]") {
  const ModelShape shape = read(with(llama_like("somebody"), {{"n_routed_experts", 16},
                                                              {"num_experts_per_tok", 4},
                                                              {"moe_intermediate_size", 256},
                                                              {"n_shared_experts", 1},
                                                              {"first_k_dense_replace", 1}}))
                               .shape;
  CHECK(shape.num_experts == 16);
  CHECK(shape.expert_width == 256);
  CHECK(shape.shared_expert_width == 256);
  CHECK(shape.num_routed_blocks() == 3);
  CHECK(shape.d_ff == 1024);
}

TEST_CASE("model_from_config: layers that are not counted are refused by their kind",
          "[io][refusal]") {
  CHECK_THAT(fault_of(with(llama_like("somebody"), {{"mamba_d_state", 16}})),
             ContainsSubstring("\"mamba_d_state\" speaks of state-space layers"));
  CHECK_THAT(fault_of(with(llama_like("llama"),
                           {{"layer_types", {"full_attention", "conv", "conv", "conv"}}})),
             ContainsSubstring("layers of the kind \"conv\""));
  CHECK_THAT(fault_of(with(llama_like("nemotron_h"), {{"hybrid_override_pattern", "M-M*"}})),
             ContainsSubstring("state-space layers"));
  // A decoder says this of itself.
  CHECK(fault_of(with(llama_like("somebody"), {{"is_encoder_decoder", false}})) == "no fault");
}

TEST_CASE("model_from_config: what a type does not count of itself is refused", "[io][refusal]") {
  const Json ernie = with(llama_like("ernie4_5_moe"), {{"moe_num_experts", 8},
                                                       {"moe_k", 2},
                                                       {"moe_intermediate_size", 64},
                                                       {"moe_layer_start_index", 1}});
  CHECK(fault_of(with(ernie, {{"moe_layer_end_index", -1}})) == "no fault");
  CHECK(fault_of(with(ernie, {{"moe_layer_end_index", 3}})) == "no fault");
  CHECK_THAT(fault_of(with(ernie, {{"moe_layer_end_index", 2}})),
             ContainsSubstring("dense blocks behind those with experts"));
}

TEST_CASE("model_from_config: what a type fills in is what its file would say", "[io][identity]") {
  const Json left_out = with(llama_like("jamba"), {{"num_experts", 4}, {"num_experts_per_tok", 2}});
  const ModelShape shape = read(with(left_out, {{"num_hidden_layers", 8}})).shape;
  CHECK(shape == read(with(left_out, {{"num_hidden_layers", 8},
                                      {"attn_layer_period", 8},
                                      {"attn_layer_offset", 4},
                                      {"expert_layer_period", 2},
                                      {"expert_layer_offset", 1},
                                      {"mamba_d_state", 16},
                                      {"mamba_d_conv", 4},
                                      {"mamba_expand", 2},
                                      {"mamba_dt_rank", 32}}))
                     .shape);
  CHECK(shape.other.num_blocks == 7);
  CHECK_FALSE(read(with(left_out, {{"num_hidden_layers", 8}})).notes.empty());
}

TEST_CASE("model_from_config: every refusal names what the options count", "[io][refusal]") {
  for (const Json& config :
       {Json::array(), Json{{"hidden_size", 4}}, llama_like("mamba"), Json{{"model_type", "x"}},
        with(llama_like("llama"), {{"vocab_size", -1}}),
        with(llama_like("llama"), {{"num_key_value_heads", 3}}),
        with(llama_like("llama"), {{"layer_types", {"mamba"}}})}) {
    CAPTURE(config.dump());
    CHECK_THAT(fault_of(config), ContainsSubstring("shape counts by options too: d_model"));
    CHECK_THAT(fault_of(config), ContainsSubstring("num_experts"));
  }
}

TEST_CASE("score_flops: a block with a window sees no more than that", "[shape][identity]") {
  ModelShape shape = read(with(llama_like("llama"), {{"max_position_embeddings", 4096}})).shape;
  const Exact everywhere = score_flops(shape);
  shape.window = 1024, shape.num_window_blocks = 2;
  CHECK(8 * score_flops(shape).value() == 5 * everywhere.value());
  shape.seq_len = 512;
  CHECK(8 * score_flops(shape).value() == everywhere.value());
}

TEST_CASE("count_memory: only blocks with attention keep keys and values", "[shape][identity]") {
  ModelShape shape = read(llama_like("llama")).shape;
  const std::uint64_t all = count_memory(shape).kv_cache_per_token;
  shape.other = {3, 1000, 10};
  CHECK(4 * count_memory(shape).kv_cache_per_token == all);
}

TEST_CASE("shape_to_config: what no other type says is spelled out and read back",
          "[io][recovery]") {
  ModelShape shape = read(llama_like("llama")).shape;
  shape.head_bias = shape.attention_sinks = shape.attention_gate = true;
  shape.norm = Norm::kLayer, shape.qk_norm = QkNorm::kFullWidth;
  shape.qk_norm_without_shift = true;
  shape.block_norms = 1;
  shape.window = 128, shape.num_window_blocks = 2;
  shape.other = {1, 1000, 10};
  const Json written = shape_to_config(shape);
  CHECK(written.at("model_type") == "isoflop");
  CHECK(shape_from_config(written, "config.json") == shape);
}

}  // namespace
}  // namespace isoflop::testing::model_types_test
