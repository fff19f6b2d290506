/// The architecture of a decoder-only transformer: every number from which its parameters, FLOPs
/// and bytes follow (parameter_count.hpp, flop_count.hpp, memory_count.hpp). Widths are in numbers
/// per token, not in bytes.
///
/// The vocabulary of experts is that of Krajewski, Ludziejewski et al. 2024, arXiv 2402.07871, with
/// k0 for more than one expert per token before splitting:
///   n = expert_width, E' = num_experts, K = top_k
///   G = d_ff / n, E = E' n / d_ff, k0 = K n / d_ff,   so that E' = E G and K = k0 G.
/// Router, positions, norms and biases have no part in E, G and k0; shared experts neither.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>

#include "isoflop/error.hpp"

namespace isoflop {

enum class Attention { kMultiHead, kGroupedQuery, kLatent };
enum class Norm {
  kRms,    ///< a scale; also a layer norm without a shift (Cohere)
  kLayer,  ///< a scale and a shift
  kNone    ///< no weights (OLMo)
};
enum class QkNorm {
  kNone,
  kPerHead,   ///< one scale per component of a head, shared by all heads (Qwen3)
  kFullWidth  ///< one scale per component of all heads together (OLMoE)
};

/// Blocks that mix tokens by something else than attention, a linear attention or a state-space
/// layer, in the place of the attention layer. What one of these layers holds is given as counted:
/// it does not follow from the widths below.
struct OtherMixers {
  std::uint64_t num_blocks = 0;
  std::uint64_t matrix_weights = 0, vector_weights = 0;  ///< of one layer
  bool operator==(const OtherMixers&) const = default;
};

/// Multi-head latent attention, DeepSeek-AI 2024, arXiv 2405.04434, Section 2.1.
struct LatentAttention {
  std::uint64_t q_lora_rank = 0;  ///< 0: queries are projected in one step
  std::uint64_t kv_lora_rank = 0;
  std::uint64_t qk_nope_head_dim = 0, qk_rope_head_dim = 0;  ///< of a query or key
  std::uint64_t v_head_dim = 0;
  bool operator==(const LatentAttention&) const = default;
};

struct ModelShape {
  std::uint64_t d_model = 0, num_blocks = 0;
  std::uint64_t vocab_size = 0;
  bool tied = false;                ///< the head is the embedding
  bool head_bias = false;           ///< one number per entry of the vocabulary
  std::uint64_t seq_len = 0;        ///< tokens that attention scores are counted over; 0: not said
  std::uint64_t num_positions = 0;  ///< learned positions; 0: none (rotary or no positions)

  std::uint64_t num_heads = 0;
  std::uint64_t num_kv_heads = 0;         ///< = num_heads with latent attention
  std::uint64_t head_dim = 0;             ///< with latent attention: that of a query or key
  std::optional<LatentAttention> latent;  ///< none: multi-head or grouped-query attention
  bool qkv_bias = false;  ///< with latent attention: on the projections down to the ranks
  bool output_bias = false;
  bool attention_sinks = false;  ///< one number per head (gpt-oss)
  bool attention_gate = false;   ///< a projection as wide as the queries scales the values
  /// Blocks whose attention scores reach back no further than this; 0: none, all blocks.
  std::uint64_t window = 0, num_window_blocks = 0;
  OtherMixers other;              ///< num_blocks 0: every block has attention
  Norm norm = Norm::kRms;         ///< of the blocks and of the one before the head
  std::uint64_t block_norms = 2;  ///< per block: one of parallel layers, four around each (Gemma 2)
  QkNorm qk_norm = QkNorm::kNone;
  bool qk_norm_without_shift = false;  ///< whatever the other norms are (StableLM)

  /// Width of a dense feed-forward layer. In a model of experts also the width that E, G and k0
  /// refer to, even where no block is dense.
  std::uint64_t d_ff = 0;
  bool gated = true;  ///< three matrices (SwiGLU) in place of two, experts alike
  bool ff_bias = false;

  std::uint64_t num_experts = 0;  ///< E' per routed block, shared ones not among them; 0: dense
  std::uint64_t expert_width = 0, top_k = 0;
  bool router_bias = false;  ///< one number per expert, for balancing (DeepSeek-V3)
  std::uint64_t num_shared_experts = 0, shared_expert_width = 0;
  bool shared_expert_gate = false;  ///< d_model weights that scale the shared experts (Qwen2-MoE)
  /// Block i, counted from 0, is routed if i >= num_dense_blocks and i % routed_period ==
  /// routed_offset.
  std::uint64_t num_dense_blocks = 0, routed_period = 1, routed_offset = 0;

  /// Blocks that predict further tokens; counted apart from the model (DeepSeek-V3 has one).
  std::uint64_t num_mtp_blocks = 0;

  bool operator==(const ModelShape&) const = default;

  bool is_routed() const { return num_experts > 0; }
  Attention attention() const {
    if (latent) return Attention::kLatent;
    return num_kv_heads == num_heads ? Attention::kMultiHead : Attention::kGroupedQuery;
  }
  std::uint64_t num_routed_blocks() const {
    if (!is_routed() || num_dense_blocks >= num_blocks) return 0;
    // How many i < n have i % period == offset.
    auto below = [&](std::uint64_t n) {
      return n <= routed_offset ? 0 : (n - routed_offset - 1) / routed_period + 1;
    };
    return below(num_blocks) - below(num_dense_blocks);
  }
  std::uint64_t num_attention_blocks() const { return num_blocks - other.num_blocks; }
  /// Width of a query or key, and of a value, of one head.
  std::uint64_t qk_dim() const {
    return latent ? latent->qk_nope_head_dim + latent->qk_rope_head_dim : head_dim;
  }
  std::uint64_t v_dim() const { return latent ? latent->v_head_dim : head_dim; }
};

/// Throws InvalidArgument, with one line that names what contradicts what, unless every count of
/// the shape has a meaning; also for a width or number above 2^32, or more than 10^6 blocks.
inline void require_consistent(const ModelShape& shape) {
  auto text = [](std::uint64_t value) { return std::to_string(value); };
  // A text that takes work is given as what makes it: a search asks millions of times.
  auto require = [](bool holds, const auto& what) {
    if (holds) return;
    if constexpr (std::is_invocable_v<decltype(what)>) {
      throw InvalidArgument(what());
    } else {
      throw InvalidArgument(what);
    }
  };
  auto positive = [&](std::uint64_t value, const char* name) {
    require(value > 0, [&] { return std::string(name) + " must be at least 1"; });
  };
  constexpr std::uint64_t kMost = std::uint64_t{1} << 32, kMostBlocks = 1'000'000;
  const LatentAttention mla = shape.latent.value_or(LatentAttention{});
  for (const std::uint64_t value : {shape.d_model,
                                    shape.vocab_size,
                                    shape.seq_len,
                                    shape.num_positions,
                                    shape.num_heads,
                                    shape.num_kv_heads,
                                    shape.head_dim,
                                    shape.d_ff,
                                    shape.num_experts,
                                    shape.expert_width,
                                    shape.top_k,
                                    shape.window,
                                    shape.block_norms,
                                    shape.num_shared_experts,
                                    shape.shared_expert_width,
                                    mla.q_lora_rank,
                                    mla.kv_lora_rank,
                                    mla.qk_nope_head_dim,
                                    mla.qk_rope_head_dim,
                                    mla.v_head_dim}) {
    require(value <= kMost,
            [&] { return text(value) + " is more than any model has; the most is 2^32"; });
  }
  for (const std::uint64_t value :
       {shape.num_blocks, shape.num_dense_blocks, shape.routed_period, shape.num_mtp_blocks}) {
    require(value <= kMostBlocks,
            [&] { return text(value) + " blocks are more than any model has"; });
  }
  positive(shape.d_model, "d_model");
  positive(shape.num_blocks, "the number of blocks");
  positive(shape.vocab_size, "the vocabulary");
  require(shape.num_positions == 0 || shape.seq_len <= shape.num_positions, [&] {
    return "a sequence of " + text(shape.seq_len) +
           " tokens needs as many learned positions; there " + "are " + text(shape.num_positions);
  });
  positive(shape.num_heads, "the number of heads");
  positive(shape.num_kv_heads, "the number of key/value heads");
  require(shape.num_heads % shape.num_kv_heads == 0, [&] {
    return text(shape.num_heads) + " heads cannot share " + text(shape.num_kv_heads) +
           " key/value heads: the one must be a multiple of the other";
  });
  if (shape.latent) {
    positive(shape.latent->kv_lora_rank, "kv_lora_rank");
    positive(shape.latent->qk_nope_head_dim, "qk_nope_head_dim");
    positive(shape.latent->qk_rope_head_dim, "qk_rope_head_dim");
    positive(shape.latent->v_head_dim, "v_head_dim");
    require(shape.num_kv_heads == shape.num_heads,
            "latent attention has no key/value heads of its own: leave their number out");
    require(shape.head_dim == shape.qk_dim(),
            "latent attention has no head dimension of its own: it follows from qk_nope_head_dim "
            "and qk_rope_head_dim");
    require(shape.qk_norm == QkNorm::kNone, "latent attention has no q/k norm of its own");
  }
  positive(shape.head_dim, "the head dimension");
  require(shape.other.num_blocks <= shape.num_blocks, [&] {
    return text(shape.other.num_blocks) + " blocks without attention are more than there are";
  });
  require(shape.num_window_blocks <= shape.num_blocks - shape.other.num_blocks, [&] {
    return text(shape.num_window_blocks) + " blocks with a window are more than have attention";
  });
  require((shape.window > 0) == (shape.num_window_blocks > 0),
          "a window needs both its width and the number of its blocks");
  positive(shape.d_ff, "the dense feed-forward width d_ff");
  if (!shape.is_routed()) {
    require(shape.expert_width == 0 && shape.top_k == 0 && shape.num_shared_experts == 0 &&
                !shape.router_bias && shape.num_dense_blocks == 0 && shape.routed_period == 1,
            "a dense model has no expert width, top-k, shared experts, router bias or dense blocks "
            "apart: give the number of experts as well");
  } else {
    positive(shape.expert_width, "the width of an expert");
    positive(shape.top_k, "top-k");
    require(shape.top_k <= shape.num_experts, [&] {
      return "a token cannot go to " + text(shape.top_k) + " of " + text(shape.num_experts) +
             " experts";
    });
    positive(shape.routed_period, "the period of routed blocks");
    require(shape.routed_offset < shape.routed_period, [&] {
      return "the first routed block of a period of " + text(shape.routed_period) +
             " cannot be number " + text(shape.routed_offset) + ", counted from 0";
    });
    require(shape.num_routed_blocks() > 0, [&] {
      return "none of the " + text(shape.num_blocks) +
             " blocks is routed: " + text(shape.num_dense_blocks) +
             " dense blocks come first, then every " + text(shape.routed_period) + ". is routed";
    });
  }
  require((shape.num_shared_experts > 0) == (shape.shared_expert_width > 0),
          "shared experts need both a number and a width");
  require(!shape.shared_expert_gate || shape.num_shared_experts > 0,
          "a gate on shared experts needs shared experts");
}

}  // namespace isoflop
