#include "isoflop/io/model_config.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "config_fields.hpp"
#include "io/in_quotes.hpp"
#include "io/json_file.hpp"
#include "isoflop/error.hpp"
#include "isoflop/shape/flop_count.hpp"
#include "isoflop/shape/memory_count.hpp"
#include "model_config_parts.hpp"
#include "model_types.hpp"

namespace isoflop {
namespace {

using detail::ConfigFamily;
using detail::ConfigFields;
using detail::ModelType;
using Json = nlohmann::ordered_json;

ModelShape read_gpt2(const ConfigFields& fields) {
  ModelShape out;
  out.d_model = fields.count("n_embd");
  out.num_blocks = fields.count("n_layer");
  out.vocab_size = fields.count("vocab_size");
  out.tied = fields.flag("tie_word_embeddings", true);
  out.num_positions = out.seq_len = fields.count("n_positions");
  out.num_heads = out.num_kv_heads = fields.count("n_head");
  out.head_dim = detail::share_of_width(fields, out.d_model, "n_embd", out.num_heads, "n_head");
  out.qkv_bias = out.output_bias = out.ff_bias = true;
  out.norm = Norm::kLayer;
  out.gated = false;
  out.d_ff = fields.optional_count("n_inner").value_or(4 * out.d_model);
  return out;
}

/// What the families of Llama and DeepSeek share.
ModelShape read_common(const ConfigFields& fields, const ModelType& type) {
  ModelShape out;
  out.d_model = fields.count("hidden_size");
  out.num_blocks = fields.count("num_hidden_layers");
  out.vocab_size = fields.count("vocab_size");
  out.tied = fields.flag("tie_word_embeddings", false);
  out.seq_len = fields.count("max_position_embeddings");
  out.num_heads = fields.count("num_attention_heads");
  out.qk_norm = type.qk_norm;
  const bool bias = type.reads_attention_bias && fields.flag("attention_bias", false);
  out.qkv_bias = type.qkv_bias || bias;
  out.output_bias = bias;
  return out;
}

ModelShape read_llama(const ConfigFields& fields, const ModelType& type) {
  ModelShape out = read_common(fields, type);
  if (type.needs_kv_heads && !fields.has("num_key_value_heads")) {
    fields.fail("lacks \"num_key_value_heads\" (null: as many as heads)");
  }
  out.num_kv_heads = fields.optional_count("num_key_value_heads").value_or(out.num_heads);
  const auto head_dim = fields.optional_count("head_dim");
  out.head_dim = head_dim ? *head_dim
                 : type.head_dim != 0
                     ? type.head_dim
                     : detail::share_of_width(fields, out.d_model, "hidden_size", out.num_heads,
                                              "num_attention_heads");
  if (type.name == "llama") out.ff_bias = fields.flag("mlp_bias", false);
  if (type.name == "qwen2_moe") out.qkv_bias = fields.flag("qkv_bias", true);
  detail::read_feed_forward(fields, type, out);
  return out;
}

ModelShape read_deepseek(const ConfigFields& fields, const ModelType& type) {
  ModelShape out = read_common(fields, type);
  if (!fields.has("q_lora_rank")) fields.fail("lacks \"q_lora_rank\" (null: no such rank)");
  LatentAttention& mla = out.latent.emplace();
  mla.q_lora_rank = fields.optional_count("q_lora_rank", 0).value_or(0);
  mla.kv_lora_rank = fields.count("kv_lora_rank");
  mla.qk_nope_head_dim = fields.count("qk_nope_head_dim");
  mla.qk_rope_head_dim = fields.count("qk_rope_head_dim");
  mla.v_head_dim = fields.count("v_head_dim");
  out.num_kv_heads = out.num_heads;
  out.head_dim = out.qk_dim();
  detail::read_feed_forward(fields, type, out);
  if (detail::has_router_bias(type)) {
    out.router_bias = out.is_routed();
    out.num_mtp_blocks = fields.optional_count("num_nextn_predict_layers", 0).value_or(0);
  }
  return out;
}

Json write_gpt2(const ModelShape& shape) {
  return {{"vocab_size", shape.vocab_size},
          {"n_positions", shape.num_positions},
          {"n_embd", shape.d_model},
          {"n_layer", shape.num_blocks},
          {"n_head", shape.num_heads},
          {"n_inner", shape.d_ff == 4 * shape.d_model ? Json(nullptr) : Json(shape.d_ff)},
          {"tie_word_embeddings", shape.tied}};
}

Json write_llama_or_deepseek(const ModelShape& shape, const ModelType& type) {
  Json out{{"vocab_size", shape.vocab_size},         {"max_position_embeddings", shape.seq_len},
           {"hidden_size", shape.d_model},           {"num_hidden_layers", shape.num_blocks},
           {"num_attention_heads", shape.num_heads}, {"num_key_value_heads", shape.num_kv_heads}};
  if (type.family == ConfigFamily::kDeepseek && shape.latent) {
    const LatentAttention& mla = *shape.latent;
    out["q_lora_rank"] = mla.q_lora_rank == 0 ? Json(nullptr) : Json(mla.q_lora_rank);
    out["kv_lora_rank"] = mla.kv_lora_rank;
    out["qk_nope_head_dim"] = mla.qk_nope_head_dim;
    out["qk_rope_head_dim"] = mla.qk_rope_head_dim;
    out["v_head_dim"] = mla.v_head_dim;
  } else {
    out["head_dim"] = shape.head_dim;
  }
  if (type.reads_attention_bias) out["attention_bias"] = shape.output_bias;
  if (type.name == "llama") out["mlp_bias"] = shape.ff_bias;
  if (type.name == "qwen2_moe") out["qkv_bias"] = shape.qkv_bias;
  detail::write_feed_forward(shape, type, out);
  if (detail::has_router_bias(type)) out["num_nextn_predict_layers"] = shape.num_mtp_blocks;
  out["hidden_act"] = "silu";
  out["tie_word_embeddings"] = shape.tied;
  return out;
}

Json write_as(const ModelShape& shape, const ModelType& type) {
  Json out;
  if (!type.architecture.empty()) out["architectures"] = Json::array({type.architecture});
  out["model_type"] = type.name;
  out.update(type.family == ConfigFamily::kIsoflop ? shape_to_json(shape)
             : type.family == ConfigFamily::kGpt2  ? write_gpt2(shape)
                                                   : write_llama_or_deepseek(shape, type));
  return out;
}

}  // namespace

std::vector<std::string_view> model_types() {
  std::vector<std::string_view> out;
  for (const ModelType& type : detail::kModelTypes) out.push_back(type.name);
  return out;
}

ModelShape shape_from_config(const nlohmann::ordered_json& config, const std::string& origin) {
  const ConfigFields fields(config, origin);
  if (!config.is_object()) fields.fail("is not the config.json of a model: it is no JSON object");
  const std::string name = fields.text("model_type");
  const auto type = std::find_if(detail::kModelTypes.begin(), detail::kModelTypes.end(),
                                 [&](const ModelType& t) { return t.name == name; });
  if (type == detail::kModelTypes.end()) {
    std::string known;
    for (const std::string_view other : model_types()) known += " " + std::string(other);
    fields.fail("\"model_type\" is " + in_quotes(name) + "; this program reads:" + known);
  }
  ModelShape out;
  switch (type->family) {
    case ConfigFamily::kGpt2:
      out = read_gpt2(fields);
      break;
    case ConfigFamily::kLlama:
      out = read_llama(fields, *type);
      break;
    case ConfigFamily::kDeepseek:
      out = read_deepseek(fields, *type);
      break;
    case ConfigFamily::kIsoflop:
      out = detail::shape_from_json(fields);
      break;
  }
  try {
    require_consistent(out);
    training_flops(out);  // counts that do not fit into 64 bits are a fault of the file as well
    count_memory(out);
  } catch (const InvalidArgument& fault) {
    fields.fail(fault.what());
  }
  return out;
}

ModelShape read_model_config(const std::string& path) {
  return shape_from_config(detail::read_json_file(path), path);
}

nlohmann::ordered_json shape_to_config(const ModelShape& shape) {
  require_consistent(shape);
  for (const ModelType& type : detail::kModelTypes) {
    Json config = write_as(shape, type);
    try {
      if (shape_from_config(config, "") == shape) return config;
    } catch (const DataError&) {
      // This type cannot say it; the last one can say everything.
    }
  }
  throw InvalidArgument("no model type describes this shape");
}

}  // namespace isoflop
