#include "isoflop/shape/edit_shape.hpp"

#include <array>
#include <string_view>
#include <utility>

#include "isoflop/error.hpp"

namespace isoflop {
namespace {

constexpr std::uint64_t kDefaultSeqLen = 2048;

void take(const std::optional<std::uint64_t>& said, std::uint64_t& value) {
  if (said) value = *said;
}

template <class Enum, std::size_t Size>
void take(std::string_view name, const std::string& word,
          const std::array<std::pair<const char*, Enum>, Size>& names, Enum& value) {
  if (word.empty()) return;
  std::string known;
  for (const auto& [known_name, meaning] : names) {
    if (word == known_name) {
      value = meaning;
      return;
    }
    known += (known.empty() ? "" : ", ") + std::string(known_name);
  }
  throw InvalidArgument(name, field(name) + ": \"" + word + "\" is none of " + known);
}

void take(std::string_view on_name, bool on, std::string_view off_name, bool off, bool& value) {
  if (on && off) {
    throw InvalidArgument(on_name,
                          field(on_name) + " and " + field(off_name) + " contradict each other");
  }
  if (on || off) value = on;
}

void take_norms(const ShapeWords& words, ModelShape& out) {
  take("norm", words.norm,
       std::array{std::pair{"rms", Norm::kRms}, std::pair{"layer", Norm::kLayer}}, out.norm);
  take("qk_norm", words.qk_norm,
       std::array{std::pair{"none", QkNorm::kNone}, std::pair{"per_head", QkNorm::kPerHead},
                  std::pair{"full_width", QkNorm::kFullWidth}},
       out.qk_norm);
  enum class Biases { kAsBefore, kNone, kQkv, kAll };
  Biases biases = Biases::kAsBefore;
  take("biases", words.biases,
       std::array{std::pair{"none", Biases::kNone}, std::pair{"qkv", Biases::kQkv},
                  std::pair{"all", Biases::kAll}},
       biases);
  if (biases == Biases::kAsBefore) return;
  out.head_bias = false;
  out.qkv_bias = biases != Biases::kNone;
  out.output_bias = out.ff_bias = biases == Biases::kAll;
}

/// The weights of other mixers were counted in the file and follow from nothing here.
void require_plain_mixing(const ShapeWords& words, const ModelShape& shape) {
  if (shape.other.num_blocks == 0) return;
  for (const auto& [name, said] :
       {std::pair{"d_model", words.d_model}, std::pair{"blocks", words.blocks}}) {
    if (!said) continue;
    throw InvalidArgument(
        name, field(name) + ": " + std::to_string(shape.other.num_blocks) +
                  " blocks of this model have a linear attention or state-space layer, whose "
                  "weights are known for its own width and depth alone");
  }
}

void take_attention(const ShapeWords& words, ModelShape& out) {
  const bool derived_dim = out.num_heads == 0 || out.d_model == out.num_heads * out.head_dim;
  const bool multi_head = out.num_kv_heads == out.num_heads;
  take(words.d_model, out.d_model);
  take(words.heads, out.num_heads);
  if (multi_head) out.num_kv_heads = out.num_heads;
  take(words.kv_heads, out.num_kv_heads);
  LatentAttention mla = out.latent.value_or(LatentAttention{});
  take(words.q_lora_rank, mla.q_lora_rank);
  take(words.kv_lora_rank, mla.kv_lora_rank);
  take(words.qk_nope_head_dim, mla.qk_nope_head_dim);
  take(words.qk_rope_head_dim, mla.qk_rope_head_dim);
  take(words.v_head_dim, mla.v_head_dim);
  if (mla != LatentAttention{}) {
    out.latent = mla;
    out.head_dim = out.qk_dim();
  } else if (derived_dim && !words.head_dim && out.num_heads > 0) {
    if (out.d_model % out.num_heads != 0) {
      throw InvalidArgument("head_dim",
                            std::to_string(out.num_heads) + " heads do not divide d_model = " +
                                std::to_string(out.d_model) + ": add " + field("head_dim"));
    }
    out.head_dim = out.d_model / out.num_heads;
  }
  take(words.head_dim, out.head_dim);
}

void take_experts(const ShapeWords& words, ModelShape& out) {
  std::optional<std::uint64_t> d_ff = words.d_ff;
  if (!d_ff && out.d_ff > 0) d_ff = out.d_ff;
  if (words.experts.any()) {
    ExpertWords all = words.experts;
    all.d_ff = d_ff;
    set_experts(out, resolve_experts(out.is_routed() ? filled_in(all, expert_layer(out)) : all));
  } else if (d_ff) {
    out.d_ff = *d_ff;
  } else {
    throw InvalidArgument("d_ff", "say the dense feed-forward width: add " + field("d_ff"));
  }
  take(words.shared_experts, out.num_shared_experts);
  if (out.num_shared_experts == 0) {
    out.shared_expert_width = 0;
    out.shared_expert_gate = false;
  } else if (out.shared_expert_width == 0) {
    out.shared_expert_width = out.expert_width;
  }
  take(words.shared_width, out.shared_expert_width);
  take(words.dense_layers, out.num_dense_blocks);
  if (words.routed_period) {
    out.routed_period = *words.routed_period;
    out.routed_offset = out.routed_period - 1;
  }
  if (words.router_bias) out.router_bias = true;
}

}  // namespace

ModelShape edit_shape(ModelShape shape, const ShapeWords& words) {
  require_plain_mixing(words, shape);
  if (words.blocks && shape.window > 0) {  // the same share of them, of whole blocks
    shape.num_window_blocks = shape.num_window_blocks * *words.blocks / shape.num_blocks;
    if (shape.num_window_blocks == 0) shape.window = 0;
  }
  take(words.blocks, shape.num_blocks);
  take(words.vocab, shape.vocab_size);
  take(words.seq_len, shape.seq_len);
  take(words.learned_positions, shape.num_positions);
  take("gated", words.gated, "plain", words.plain, shape.gated);
  take("tied", words.tied, "untied", words.untied, shape.tied);
  take(words.mtp_layers, shape.num_mtp_blocks);
  take_norms(words, shape);
  take_attention(words, shape);
  take_experts(words, shape);
  require_consistent(shape);
  return shape;
}

ModelShape shape_of_words(const ShapeWords& words) {
  for (const auto& [name, said] :
       {std::pair{"d_model", words.d_model}, std::pair{"blocks", words.blocks},
        std::pair{"heads", words.heads}, std::pair{"vocab", words.vocab}}) {
    if (!said) throw InvalidArgument(name, "name a config.json, or add " + field(name));
  }
  ModelShape out;
  out.gated = false;
  out.seq_len = words.learned_positions.value_or(0) > 0 ? *words.learned_positions : kDefaultSeqLen;
  return edit_shape(out, words);
}

}  // namespace isoflop
