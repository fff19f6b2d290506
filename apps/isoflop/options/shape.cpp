#include "apps/isoflop/options/shape.hpp"

#include <fmt/format.h>

#include <array>
#include <CLI/CLI.hpp>
#include <utility>

#include "apps/isoflop/verbs.hpp"
#include "apps/words/words.hpp"
#include "isoflop/io/model_config.hpp"

namespace isoflop::app {
namespace {

constexpr std::uint64_t kDefaultSeqLen = 2048;

void take_count(const char* flag, const std::string& text, std::uint64_t low,
                std::uint64_t& value) {
  if (!text.empty()) value = count_argument(flag, text, low);
}

template <class Enum, std::size_t Size>
void take_enum(const char* flag, const std::string& text,
               const std::array<std::pair<const char*, Enum>, Size>& names, Enum& value) {
  if (text.empty()) return;
  std::string known;
  for (const auto& [name, meaning] : names) {
    if (text == name) {
      value = meaning;
      return;
    }
    known += fmt::format("{}{}", known.empty() ? "" : ", ", name);
  }
  throw UsageError(fmt::format("{}: \"{}\" is none of {}", flag, text, known));
}

void take_flag(const char* on_flag, bool on, const char* off_flag, bool off, bool& value) {
  if (on && off)
    throw UsageError(fmt::format("{} and {} contradict each other", on_flag, off_flag));
  if (on || off) value = on;
}

void take_norms(const ShapeArguments& words, ModelShape& out) {
  take_enum<Norm>("--norm", words.norm,
                  std::array{std::pair{"rms", Norm::kRms}, std::pair{"layer", Norm::kLayer}},
                  out.norm);
  take_enum<QkNorm>(
      "--qk-norm", words.qk_norm,
      std::array{std::pair{"none", QkNorm::kNone}, std::pair{"per_head", QkNorm::kPerHead},
                 std::pair{"full_width", QkNorm::kFullWidth}},
      out.qk_norm);
  enum class Biases { kAsBefore, kNone, kQkv, kAll };
  Biases biases = Biases::kAsBefore;
  take_enum<Biases>("--biases", words.biases,
                    std::array{std::pair{"none", Biases::kNone}, std::pair{"qkv", Biases::kQkv},
                               std::pair{"all", Biases::kAll}},
                    biases);
  if (biases == Biases::kAsBefore) return;
  out.qkv_bias = biases != Biases::kNone;
  out.output_bias = out.ff_bias = biases == Biases::kAll;
}

void take_attention(const ShapeArguments& words, ModelShape& out) {
  const bool derived_dim = out.num_heads == 0 || out.d_model == out.num_heads * out.head_dim;
  const bool multi_head = out.num_kv_heads == out.num_heads;
  take_count("--d-model", words.d_model, 1, out.d_model);
  take_count("--heads", words.heads, 1, out.num_heads);
  if (multi_head) out.num_kv_heads = out.num_heads;
  take_count("--kv-heads", words.kv_heads, 1, out.num_kv_heads);
  LatentAttention mla = out.latent.value_or(LatentAttention{});
  take_count("--q-lora-rank", words.q_lora_rank, 0, mla.q_lora_rank);
  take_count("--kv-lora-rank", words.kv_lora_rank, 1, mla.kv_lora_rank);
  take_count("--qk-nope-head-dim", words.qk_nope_head_dim, 1, mla.qk_nope_head_dim);
  take_count("--qk-rope-head-dim", words.qk_rope_head_dim, 1, mla.qk_rope_head_dim);
  take_count("--v-head-dim", words.v_head_dim, 1, mla.v_head_dim);
  if (mla != LatentAttention{}) {
    out.latent = mla;
    out.head_dim = out.qk_dim();
  } else if (derived_dim && words.head_dim.empty() && out.num_heads > 0) {
    if (out.d_model % out.num_heads != 0) {
      throw UsageError(fmt::format("{} heads do not divide d_model = {}: add --head-dim",
                                   out.num_heads, out.d_model));
    }
    out.head_dim = out.d_model / out.num_heads;
  }
  take_count("--head-dim", words.head_dim, 1, out.head_dim);
}

void take_experts(const ShapeArguments& words, ModelShape& out) {
  std::optional<std::uint64_t> d_ff;
  if (out.d_ff > 0) d_ff = out.d_ff;
  if (!words.d_ff.empty()) d_ff = count_argument("--d-ff", words.d_ff, 1);
  if (words.experts.any_given()) {
    std::optional<ExpertLayer> base;
    if (out.is_routed()) base = expert_layer(out);
    set_experts(out, words.experts.resolve(d_ff, base));
  } else if (d_ff) {
    out.d_ff = *d_ff;
  } else {
    throw UsageError("say the dense feed-forward width: add --d-ff");
  }
  take_count("--shared-experts", words.shared_experts, 0, out.num_shared_experts);
  if (out.num_shared_experts == 0) {
    out.shared_expert_width = 0;
    out.shared_expert_gate = false;
  } else if (out.shared_expert_width == 0) {
    out.shared_expert_width = out.expert_width;
  }
  take_count("--shared-width", words.shared_width, 1, out.shared_expert_width);
  take_count("--dense-layers", words.dense_blocks, 0, out.num_dense_blocks);
  if (!words.routed_period.empty()) {
    take_count("--routed-period", words.routed_period, 1, out.routed_period);
    out.routed_offset = out.routed_period - 1;
  }
  if (words.router_bias) out.router_bias = true;
}

}  // namespace

void ShapeArguments::add(CLI::App& command) {
  command.add_option("FILE", file, "config.json of a model; options below change what it says");
  auto option = [&](const char* flag, std::string& value, const char* meaning,
                    const char* type = "X") {
    command.add_option(flag, value, meaning)->type_name(type);
  };
  option("--d-model", d_model, "width of the model");
  option("--blocks", blocks, "number of blocks (layers)");
  option("--heads", heads, "attention heads");
  option("--kv-heads", kv_heads, "key/value heads (default: as many as heads)");
  option("--head-dim", head_dim, "width of a head (default d_model / heads)");
  option("--d-ff", d_ff, "width of a dense feed-forward layer, which E and G refer to");
  command.add_flag("--gated", gated, "feed-forward layers of three matrices (SwiGLU)");
  command.add_flag("--plain", plain, "feed-forward layers of two matrices (default)");
  option("--vocab", vocab, "size of the vocabulary");
  command.add_flag("--tied", tied, "the head is the embedding");
  command.add_flag("--untied", untied, "a head of its own (default)");
  option("--seq-len", seq_len, "tokens that attention scores are counted over (default 2048)");
  option("--learned-positions", positions, "number of learned positions (default none)");
  option("--norm", norm, "scales (default), or scales and shifts", "rms|layer");
  option("--qk-norm", qk_norm, "norm of queries and keys", "none|per_head|full_width");
  option("--biases", biases, "biases of projections (default none)", "none|qkv|all");
  experts.add(command);
  option("--shared-experts", shared_experts, "experts that every token goes to");
  option("--shared-width", shared_width, "width of each (default that of an expert)");
  option("--dense-layers", dense_blocks, "first blocks that are dense");
  option("--routed-period", routed_period, "only every X-th block has experts (default 1)");
  command.add_flag("--router-bias", router_bias, "one bias per expert, for balancing");
  option("--mtp-layers", mtp_blocks, "blocks that predict further tokens, counted apart");
  option("--kv-lora-rank", kv_lora_rank, "latent attention (mla): rank of keys and values");
  option("--q-lora-rank", q_lora_rank, "mla: rank of queries (default none)");
  option("--qk-nope-head-dim", qk_nope_head_dim, "mla: width of a query without position");
  option("--qk-rope-head-dim", qk_rope_head_dim, "mla: width of its rotary part");
  option("--v-head-dim", v_head_dim, "mla: width of a value");
}

ModelShape ShapeArguments::load() const {
  ModelShape out;
  if (!file.empty()) {
    out = read_model_config(file);
  } else {
    for (const auto& [flag, text] :
         {std::pair{"--d-model", &d_model}, std::pair{"--blocks", &blocks},
          std::pair{"--heads", &heads}, std::pair{"--vocab", &vocab}}) {
      if (text->empty()) throw UsageError(fmt::format("name a config.json, or add {}", flag));
    }
    out.gated = false;
    out.seq_len = kDefaultSeqLen;
  }
  take_count("--blocks", blocks, 1, out.num_blocks);
  take_count("--vocab", vocab, 1, out.vocab_size);
  take_count("--seq-len", seq_len, 1, out.seq_len);
  take_count("--learned-positions", positions, 0, out.num_positions);
  if (file.empty() && seq_len.empty() && out.num_positions > 0) out.seq_len = out.num_positions;
  take_flag("--gated", gated, "--plain", plain, out.gated);
  take_flag("--tied", tied, "--untied", untied, out.tied);
  take_count("--mtp-layers", mtp_blocks, 0, out.num_mtp_blocks);
  take_norms(*this, out);
  take_attention(*this, out);
  take_experts(*this, out);
  require_consistent(out);
  return out;
}

}  // namespace isoflop::app
