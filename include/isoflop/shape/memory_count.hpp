/// Bytes of a model, exactly. The defaults are mixed-precision training with AdamW (Rajbhandari et
/// al. 2019, ZeRO, arXiv 1910.02054, Section 3.1): 2 bytes per weight, 2 per gradient and 12 of
/// optimizer state, the last being weight, momentum and variance in 32 bits. Every parameter of the
/// model has all three; further-token prediction (mtp) is not among them. Activations, buffers and
/// sharding are left out.
///   KV cache per token and block with attention, whatever its window: 2 kv q numbers with kv
///   key/value heads q wide; with latent attention the compressed latent and one rotary key,
///   kv_lora_rank + qk_rope_head_dim (arXiv 2405.04434, Table 1).
#pragma once

#include <cstdint>

#include "isoflop/shape/exact.hpp"
#include "isoflop/shape/model_shape.hpp"
#include "isoflop/shape/parameter_count.hpp"

namespace isoflop {

/// Bytes per number.
struct NumberBytes {
  std::uint64_t weight = 2, gradient = 2, optimizer = 12, kv_cache = 2;
};

/// Bytes.
struct MemoryCount {
  std::uint64_t weights = 0, gradients = 0, optimizer = 0;
  std::uint64_t kv_cache_per_token = 0;
};

/// Throws InvalidArgument for a shape that contradicts itself or is too large for 64 bits.
inline MemoryCount count_memory(const ModelShape& shape, const NumberBytes& bytes = {}) {
  const Exact num = count_parameters(shape).total();
  const Exact cached = shape.latent
                           ? Exact(shape.latent->kv_lora_rank) + shape.latent->qk_rope_head_dim
                           : Exact(2) * shape.num_kv_heads * shape.head_dim;
  return {(num * bytes.weight).value(), (num * bytes.gradient).value(),
          (num * bytes.optimizer).value(),
          (cached * shape.num_attention_blocks() * bytes.kv_cache).value()};
}

}  // namespace isoflop
