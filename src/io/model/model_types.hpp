// What the model types of a config.json say by their names alone. Private to src/io.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "isoflop/shape/model_shape.hpp"

namespace isoflop::detail {

enum class ConfigFamily { kGpt2, kLlama, kDeepseek, kIsoflop };

struct ModelType {
  std::string_view name, architecture;
  ConfigFamily family;
  QkNorm qk_norm = QkNorm::kNone;
  /// The bias of queries, keys and values: by the field attention_bias, which then holds for the
  /// output too; or for Qwen2 always, and never for the output.
  bool reads_attention_bias = false, qkv_bias = false;
  std::string_view experts_key = {};       ///< empty: always dense
  std::string_view expert_width_key = {};  ///< "intermediate_size": no dense width is given
  /// Width of a dense layer where the file gives none: that of an expert (Mixtral, whose experts
  /// are as wide as the layers of the dense model it was built on), or that of all experts of a
  /// token (OLMoE, whose authors split one layer into 8 experts of 1/8 its width).
  bool dense_as_wide_as_expert = false;
  bool needs_kv_heads = true;  ///< else a missing number of key/value heads is that of heads
  std::uint64_t head_dim = 0;  ///< where the file gives none; 0: d_model / heads
};

// In the order in which a writer tries them.
inline constexpr std::array<ModelType, 12> kModelTypes{{
    {.name = "gpt2", .architecture = "GPT2LMHeadModel", .family = ConfigFamily::kGpt2},
    {.name = "llama",
     .architecture = "LlamaForCausalLM",
     .family = ConfigFamily::kLlama,
     .reads_attention_bias = true,
     .needs_kv_heads = false},
    {.name = "mistral", .architecture = "MistralForCausalLM", .family = ConfigFamily::kLlama},
    {.name = "qwen2",
     .architecture = "Qwen2ForCausalLM",
     .family = ConfigFamily::kLlama,
     .qkv_bias = true},
    {.name = "qwen3",
     .architecture = "Qwen3ForCausalLM",
     .family = ConfigFamily::kLlama,
     .qk_norm = QkNorm::kPerHead,
     .reads_attention_bias = true,
     .head_dim = 128},
    {.name = "mixtral",
     .architecture = "MixtralForCausalLM",
     .family = ConfigFamily::kLlama,
     .experts_key = "num_local_experts",
     .expert_width_key = "intermediate_size",
     .dense_as_wide_as_expert = true},
    {.name = "olmoe",
     .architecture = "OlmoeForCausalLM",
     .family = ConfigFamily::kLlama,
     .qk_norm = QkNorm::kFullWidth,
     .reads_attention_bias = true,
     .experts_key = "num_experts",
     .expert_width_key = "intermediate_size",
     .needs_kv_heads = false},
    {.name = "qwen3_moe",
     .architecture = "Qwen3MoeForCausalLM",
     .family = ConfigFamily::kLlama,
     .qk_norm = QkNorm::kPerHead,
     .reads_attention_bias = true,
     .experts_key = "num_experts",
     .expert_width_key = "moe_intermediate_size"},
    {.name = "qwen2_moe",
     .architecture = "Qwen2MoeForCausalLM",
     .family = ConfigFamily::kLlama,
     .qkv_bias = true,
     .experts_key = "num_experts",
     .expert_width_key = "moe_intermediate_size"},
    {.name = "deepseek_v2",
     .architecture = "DeepseekV2ForCausalLM",
     .family = ConfigFamily::kDeepseek,
     .reads_attention_bias = true,
     .experts_key = "n_routed_experts",
     .expert_width_key = "moe_intermediate_size"},
    {.name = "deepseek_v3",
     .architecture = "DeepseekV3ForCausalLM",
     .family = ConfigFamily::kDeepseek,
     .reads_attention_bias = true,
     .experts_key = "n_routed_experts",
     .expert_width_key = "moe_intermediate_size"},
    {.name = "isoflop", .architecture = "", .family = ConfigFamily::kIsoflop},
}};

/// Qwen2-MoE alone has shared experts of a width of their own, with a gate.
inline bool has_gated_shared_experts(const ModelType& type) { return type.name == "qwen2_moe"; }
/// DeepSeek-V3 alone has router biases and predicts further tokens.
inline bool has_router_bias(const ModelType& type) { return type.name == "deepseek_v3"; }

}  // namespace isoflop::detail
