// A shape as JSON under its own names, and back.
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "isoflop/io/model_config.hpp"
#include "model_config_parts.hpp"

namespace isoflop {
namespace {

using detail::ConfigFields;

struct CountField {
  const char* name;
  std::uint64_t ModelShape::*field;
  bool needed;
};
constexpr std::array<CountField, 18> kCounts{{
    {"d_model", &ModelShape::d_model, true},
    {"num_blocks", &ModelShape::num_blocks, true},
    {"vocab_size", &ModelShape::vocab_size, true},
    {"seq_len", &ModelShape::seq_len, true},
    {"num_positions", &ModelShape::num_positions, false},
    {"num_heads", &ModelShape::num_heads, true},
    {"num_kv_heads", &ModelShape::num_kv_heads, true},
    {"head_dim", &ModelShape::head_dim, true},
    {"d_ff", &ModelShape::d_ff, true},
    {"num_experts", &ModelShape::num_experts, false},
    {"expert_width", &ModelShape::expert_width, false},
    {"top_k", &ModelShape::top_k, false},
    {"num_shared_experts", &ModelShape::num_shared_experts, false},
    {"shared_expert_width", &ModelShape::shared_expert_width, false},
    {"num_dense_blocks", &ModelShape::num_dense_blocks, false},
    {"routed_period", &ModelShape::routed_period, false},
    {"routed_offset", &ModelShape::routed_offset, false},
    {"num_mtp_blocks", &ModelShape::num_mtp_blocks, false},
}};

struct FlagField {
  const char* name;
  bool ModelShape::*field;
};
constexpr std::array<FlagField, 7> kFlags{{
    {"tied", &ModelShape::tied},
    {"gated", &ModelShape::gated},
    {"qkv_bias", &ModelShape::qkv_bias},
    {"output_bias", &ModelShape::output_bias},
    {"ff_bias", &ModelShape::ff_bias},
    {"router_bias", &ModelShape::router_bias},
    {"shared_expert_gate", &ModelShape::shared_expert_gate},
}};

struct LatentField {
  const char* name;
  std::uint64_t LatentAttention::*field;
};
constexpr std::array<LatentField, 5> kLatent{{
    {"q_lora_rank", &LatentAttention::q_lora_rank},
    {"kv_lora_rank", &LatentAttention::kv_lora_rank},
    {"qk_nope_head_dim", &LatentAttention::qk_nope_head_dim},
    {"qk_rope_head_dim", &LatentAttention::qk_rope_head_dim},
    {"v_head_dim", &LatentAttention::v_head_dim},
}};

// In the order of the enumerators.
constexpr std::array<const char*, 3> kAttentions{"mha", "gqa", "mla"};
constexpr std::array<const char*, 2> kNorms{"rms", "layer"};
constexpr std::array<const char*, 3> kQkNorms{"none", "per_head", "full_width"};

template <class Enum, std::size_t Size>
Enum read_enum(const ConfigFields& fields, const char* key,
               const std::array<const char*, Size>& names) {
  if (fields.member(key) == nullptr) return Enum{};
  const std::string given = fields.text(key);
  std::string known;
  for (std::size_t i = 0; i < Size; ++i) {
    if (given == names[i]) return static_cast<Enum>(i);
    known += std::string(" ") + names[i];
  }
  fields.fail(std::string("\"") + key + "\" must be one of:" + known);
}

}  // namespace

nlohmann::ordered_json shape_to_json(const ModelShape& shape) {
  nlohmann::ordered_json out;
  for (const CountField& c : kCounts) out[c.name] = shape.*c.field;
  for (const FlagField& f : kFlags) out[f.name] = shape.*f.field;
  out["norm"] = kNorms[static_cast<std::size_t>(shape.norm)];
  out["qk_norm"] = kQkNorms[static_cast<std::size_t>(shape.qk_norm)];
  out["attention"] = kAttentions[static_cast<std::size_t>(shape.attention())];
  if (shape.latent) {
    for (const LatentField& l : kLatent) out[l.name] = *shape.latent.*l.field;
  }
  return out;
}

ModelShape detail::shape_from_json(const ConfigFields& fields) {
  ModelShape out;
  for (const CountField& c : kCounts) {
    out.*c.field =
        c.needed ? fields.count(c.name) : fields.optional_count(c.name, 0).value_or(out.*c.field);
  }
  for (const FlagField& f : kFlags) out.*f.field = fields.flag(f.name, out.*f.field);
  out.norm = read_enum<Norm>(fields, "norm", kNorms);
  out.qk_norm = read_enum<QkNorm>(fields, "qk_norm", kQkNorms);
  const bool says_attention = fields.member("attention") != nullptr;
  const auto attention = read_enum<Attention>(fields, "attention", kAttentions);
  if (attention == Attention::kLatent) {
    out.latent.emplace();
    for (const LatentField& l : kLatent) *out.latent.*l.field = fields.count(l.name, 0);
  }
  if (says_attention && attention != out.attention()) {
    fields.fail("\"attention\" contradicts \"num_heads\" and \"num_kv_heads\"");
  }
  return out;
}

}  // namespace isoflop
