/// Shapes that several tests count.
#pragma once

#include "isoflop/shape/model_shape.hpp"

namespace isoflop::testing {

/// Plain feed-forward layers of width 4 d, no biases, as in Krajewski, Ludziejewski et al. 2024.
inline ModelShape plain_shape() {
  ModelShape out;
  out.d_model = 512;
  out.num_blocks = 8;
  out.vocab_size = 50257;
  out.seq_len = 256;
  out.num_heads = out.num_kv_heads = 8;
  out.head_dim = 64;
  out.d_ff = 2048;
  out.gated = false;
  return out;
}

/// The same with E = 64 and G = 8.
inline ModelShape routed_shape() {
  ModelShape out = plain_shape();
  out.num_experts = 512;
  out.expert_width = 256;
  out.top_k = 8;
  return out;
}

/// The latent attention of DeepSeek-V3 in a small model with every further kind of expert.
inline ModelShape latent_shape() {
  ModelShape out = routed_shape();
  out.gated = true;
  out.latent = LatentAttention{.q_lora_rank = 96,
                               .kv_lora_rank = 48,
                               .qk_nope_head_dim = 32,
                               .qk_rope_head_dim = 16,
                               .v_head_dim = 24};
  out.head_dim = 48;
  out.num_shared_experts = 2;
  out.shared_expert_width = 256;
  out.num_dense_blocks = 1;
  out.router_bias = true;
  out.num_mtp_blocks = 1;
  return out;
}

}  // namespace isoflop::testing
