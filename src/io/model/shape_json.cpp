// A shape as JSON under its own names, and back.
#include "shape_json.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "isoflop/io/model_config.hpp"

namespace isoflop {
namespace {

using detail::ConfigFields;

struct CountField {
  const char* name;
  std::uint64_t ModelShape::*field;
  bool needed;
};
constexpr std::array<CountField, 17> kCounts{{
    {"d_model", &ModelShape::d_model, true},
    {"num_blocks", &ModelShape::num_blocks, true},
    {"vocab_size", &ModelShape::vocab_size, true},
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

// Later than files of this type that people have: written where they say something.
constexpr std::array<CountField, 3> kFurtherCounts{{
    {"block_norms", &ModelShape::block_norms, false},
    {"window", &ModelShape::window, false},
    {"num_window_blocks", &ModelShape::num_window_blocks, false},
}};

struct FlagField {
  const char* name;
  bool ModelShape::*field;
};
constexpr std::array<FlagField, 7> kShapeFlags{{
    {"tied", &ModelShape::tied},
    {"gated", &ModelShape::gated},
    {"qkv_bias", &ModelShape::qkv_bias},
    {"output_bias", &ModelShape::output_bias},
    {"ff_bias", &ModelShape::ff_bias},
    {"router_bias", &ModelShape::router_bias},
    {"shared_expert_gate", &ModelShape::shared_expert_gate},
}};

constexpr std::array<FlagField, 4> kFurtherFlags{{
    {"head_bias", &ModelShape::head_bias},
    {"attention_sinks", &ModelShape::attention_sinks},
    {"attention_gate", &ModelShape::attention_gate},
    {"qk_norm_without_shift", &ModelShape::qk_norm_without_shift},
}};

struct OtherField {
  const char* name;
  std::uint64_t OtherMixers::*field;
};
constexpr std::array<OtherField, 3> kOtherFields{{
    {"num_other_blocks", &OtherMixers::num_blocks},
    {"other_matrix_weights", &OtherMixers::matrix_weights},
    {"other_vector_weights", &OtherMixers::vector_weights},
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
constexpr std::array<const char*, 3> kNorms{"rms", "layer", "none"};
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

/// The kind of a field by its place in the lists above.
template <std::size_t Size>
bool names(const std::array<FlagField, Size>& flags, std::string_view name) {
  return std::any_of(flags.begin(), flags.end(), [&](const auto& f) { return f.name == name; });
}

}  // namespace

detail::FieldKind detail::kind_of_shape_field(std::string_view name) {
  if (name == "norm" || name == "qk_norm" || name == "attention") return FieldKind::kWord;
  if (names(kShapeFlags, name) || names(kFurtherFlags, name)) return FieldKind::kFlag;
  constexpr std::array<std::string_view, 11> kFromZero{
      "num_positions",    "num_experts",       "num_shared_experts", "shared_expert_width",
      "num_dense_blocks", "routed_offset",     "num_mtp_blocks",     "q_lora_rank",
      "block_norms",      "num_window_blocks", "num_other_blocks"};
  return std::find(kFromZero.begin(), kFromZero.end(), name) != kFromZero.end() ? FieldKind::kIndex
                                                                                : FieldKind::kCount;
}

nlohmann::ordered_json shape_to_json(const ModelShape& shape) {
  nlohmann::ordered_json out;
  const ModelShape usual;
  for (const CountField& c : kCounts) {
    out[c.name] = shape.*c.field;
    // The place it has always had.
    if (c.field == &ModelShape::vocab_size) {
      out["seq_len"] = shape.seq_len > 0 ? nlohmann::ordered_json(shape.seq_len) : nullptr;
    }
  }
  for (const FlagField& f : kShapeFlags) out[f.name] = shape.*f.field;
  out["norm"] = kNorms[static_cast<std::size_t>(shape.norm)];
  out["qk_norm"] = kQkNorms[static_cast<std::size_t>(shape.qk_norm)];
  out["attention"] = kAttentions[static_cast<std::size_t>(shape.attention())];
  if (shape.latent) {
    for (const LatentField& l : kLatent) out[l.name] = *shape.latent.*l.field;
  }
  for (const CountField& c : kFurtherCounts) {
    if (shape.*c.field != usual.*c.field) out[c.name] = shape.*c.field;
  }
  for (const FlagField& f : kFurtherFlags) {
    if (shape.*f.field) out[f.name] = true;
  }
  if (shape.other.num_blocks > 0) {
    for (const OtherField& o : kOtherFields) out[o.name] = shape.other.*o.field;
  }
  return out;
}

ModelShape detail::shape_from_json(const ConfigFields& fields) {
  ModelShape out;
  for (const CountField& c : kCounts) {
    out.*c.field =
        c.needed ? fields.count(c.name) : fields.optional_count(c.name, 0).value_or(out.*c.field);
  }
  // Nothing but FLOPs asks for it.
  out.seq_len = fields.optional_count("seq_len").value_or(0);
  for (const CountField& c : kFurtherCounts) {
    out.*c.field = fields.optional_count(c.name, 0).value_or(out.*c.field);
  }
  for (const OtherField& o : kOtherFields) {
    out.other.*o.field = fields.optional_count(o.name, 0).value_or(0);
  }
  for (const FlagField& f : kShapeFlags) out.*f.field = fields.flag(f.name, out.*f.field);
  for (const FlagField& f : kFurtherFlags) out.*f.field = fields.flag(f.name, false);
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
