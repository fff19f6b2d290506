/// The weights of each part of a block. A matrix multiplies every token that passes (two FLOPs per
/// weight forward); a vector is added to or multiplied with it (norms and biases).
///   attention (mha, gqa):  2 d h q + 2 d kv q, with h heads, kv key/value heads and q wide
///   attention (mla):       arXiv 2405.04434, Section 2.1.2 and Appendix C
///   feed-forward part:     3 d w if gated, else 2 d w
///   router:                d E'
#pragma once

#include <cstdint>

#include "isoflop/shape/exact.hpp"
#include "isoflop/shape/model_shape.hpp"

namespace isoflop {

/// Numbers of weights.
struct PartCount {
  Exact matrices, vectors;
  Exact all() const { return matrices + vectors; }
  friend PartCount operator+(PartCount a, PartCount b) {
    return {a.matrices + b.matrices, a.vectors + b.vectors};
  }
  friend PartCount operator*(Exact times, PartCount part) {
    return {times * part.matrices, times * part.vectors};
  }
};

inline Exact norm_weights(const ModelShape& shape, Exact width) {
  return shape.norm == Norm::kLayer ? 2 * width : shape.norm == Norm::kNone ? Exact(0) : width;
}

inline Exact qk_norm_weights(const ModelShape& shape, Exact width) {
  return shape.qk_norm_without_shift ? width : norm_weights(shape, width);
}

/// The projections of one attention layer with their biases and inner norms. The norm before it is
/// not among them.
inline PartCount attention_part(const ModelShape& shape) {
  const Exact d = shape.d_model, heads = shape.num_heads;
  PartCount out;
  if (shape.latent) {
    const LatentAttention& mla = *shape.latent;
    const Exact q_rank = mla.q_lora_rank, kv_rank = mla.kv_lora_rank;
    const Exact q_width = heads * (Exact(mla.qk_nope_head_dim) + mla.qk_rope_head_dim);
    const Exact kv_down = kv_rank + mla.qk_rope_head_dim;
    if (mla.q_lora_rank > 0) {
      out.matrices += d * q_rank + q_rank * q_width;
      out.vectors += norm_weights(shape, q_rank);
      if (shape.qkv_bias) out.vectors += q_rank;
    } else {
      out.matrices += d * q_width;
    }
    out.matrices += d * kv_down + kv_rank * heads * (Exact(mla.qk_nope_head_dim) + mla.v_head_dim);
    out.vectors += norm_weights(shape, kv_rank);
    if (shape.qkv_bias) out.vectors += kv_down;
    out.matrices += heads * mla.v_head_dim * d;
  } else {
    const Exact q_width = heads * shape.head_dim;
    const Exact kv_width = Exact(shape.num_kv_heads) * shape.head_dim;
    out.matrices = 2 * d * q_width + 2 * d * kv_width;
    if (shape.qkv_bias) out.vectors += q_width + 2 * kv_width;
    if (shape.attention_gate) out.matrices += d * q_width;
    if (shape.qk_norm == QkNorm::kPerHead) {
      out.vectors += 2 * qk_norm_weights(shape, shape.head_dim);
    }
    if (shape.qk_norm == QkNorm::kFullWidth) {
      out.vectors += qk_norm_weights(shape, q_width + kv_width);
    }
  }
  if (shape.output_bias) out.vectors += d;
  if (shape.attention_sinks) out.vectors += heads;
  return out;
}

/// What mixes tokens in all blocks: attention, or what stands in its place.
inline PartCount mixing_part(const ModelShape& shape) {
  const PartCount other{shape.other.matrix_weights, shape.other.vector_weights};
  return Exact(shape.num_attention_blocks()) * attention_part(shape) +
         Exact(shape.other.num_blocks) * other;
}

/// One feed-forward layer or expert of this width.
inline PartCount feed_forward_part(const ModelShape& shape, Exact width) {
  const Exact num_in = shape.gated ? 2 : 1, d = shape.d_model;
  return {(num_in + 1) * d * width, shape.ff_bias ? num_in * width + d : Exact(0)};
}

inline PartCount expert_part(const ModelShape& shape) {
  return feed_forward_part(shape, shape.expert_width);
}

inline PartCount router_part(const ModelShape& shape) {
  return {Exact(shape.d_model) * shape.num_experts,
          shape.router_bias ? shape.num_experts : Exact(0)};
}

/// All shared experts of a routed block with their gate.
inline PartCount shared_part(const ModelShape& shape) {
  const PartCount gate{shape.shared_expert_gate ? shape.d_model : Exact(0), 0};
  return Exact(shape.num_shared_experts) * feed_forward_part(shape, shape.shared_expert_width) +
         gate;
}

/// The norms of a block.
inline PartCount norms_part(const ModelShape& shape) {
  return {0, Exact(shape.block_norms) * norm_weights(shape, shape.d_model)};
}

/// What predicting one further token adds: a block (routed where the model is), two norms of what
/// is joined, the projection from 2 d to d and a norm before the head. Embedding and head are those
/// of the model. DeepSeek-AI 2024, arXiv 2412.19437, Section 2.2. `num_experts`: how many experts
/// are counted, all or those that a token uses.
inline PartCount mtp_part(const ModelShape& shape, Exact num_experts) {
  const Exact d = shape.d_model;
  const PartCount join{2 * d * d, 3 * norm_weights(shape, d)};
  const PartCount feed_forward =
      shape.is_routed() ? num_experts * expert_part(shape) + shared_part(shape) + router_part(shape)
                        : feed_forward_part(shape, shape.d_ff);
  return attention_part(shape) + norms_part(shape) + feed_forward + join;
}

}  // namespace isoflop
