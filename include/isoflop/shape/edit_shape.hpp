/// An architecture from words that change one, or that say all of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "isoflop/shape/experts.hpp"
#include "isoflop/shape/model_shape.hpp"

namespace isoflop {

/// What somebody said of an architecture; anything may be missing.
struct ShapeWords {
  std::optional<std::uint64_t> d_model, blocks, heads, kv_heads, head_dim, d_ff, vocab, seq_len,
      learned_positions;
  std::string norm;     ///< rms or layer
  std::string qk_norm;  ///< none, per_head or full_width
  std::string biases;   ///< none, qkv or all
  std::optional<std::uint64_t> q_lora_rank, kv_lora_rank, qk_nope_head_dim, qk_rope_head_dim,
      v_head_dim;
  std::optional<std::uint64_t> shared_experts, shared_width, dense_layers, routed_period,
      mtp_layers;
  bool gated = false, plain = false, tied = false, untied = false, router_bias = false;
  ExpertWords experts;  ///< without d_ff, which stands above
};

/// The shape with what was said in the place of what it was; a width that followed from others
/// follows from them again. Throws InvalidArgument where words contradict each other or the shape.
ModelShape edit_shape(ModelShape shape, const ShapeWords& words);

/// A shape of its own: plain feed-forward layers, as many key/value heads as heads, scores over
/// 2048 tokens unless something else is said. Throws InvalidArgument as edit_shape does, and where
/// too little is said.
ModelShape shape_of_words(const ShapeWords& words);

}  // namespace isoflop
