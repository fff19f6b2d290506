/// Parameters of a model, exactly, part by part. "Active" are those that one token uses: all but
/// the experts that it is not sent to. The embedding counts as active in full, as in most published
/// numbers; a head that is tied to it counts once, as embedding.
#pragma once

#include <cstdint>

#include "isoflop/shape/block_parts.hpp"
#include "isoflop/shape/exact.hpp"
#include "isoflop/shape/model_shape.hpp"

namespace isoflop {

/// Numbers of parameters over all blocks. Made by count_parameters, which has checked that every
/// sum below fits into 64 bits.
struct ParameterCount {
  std::uint64_t embedding = 0;  ///< of tokens
  std::uint64_t positions = 0;  ///< learned ones
  std::uint64_t head = 0;       ///< without what is tied; with its bias
  std::uint64_t attention = 0;  ///< with its biases and inner norms, and other mixers
  std::uint64_t norms = 0;      ///< of the blocks and the last one
  std::uint64_t dense_ff = 0;   ///< feed-forward layers of dense blocks
  std::uint64_t experts = 0, active_experts = 0;  ///< routed ones
  std::uint64_t shared_experts = 0;               ///< with their gate
  std::uint64_t router = 0;                       ///< with its bias
  std::uint64_t mtp = 0, mtp_active = 0;          ///< further-token prediction; in no sum below

  std::uint64_t total() const { return total_no_embedding() + outside_blocks() + router; }
  std::uint64_t active() const { return active_no_embedding() + outside_blocks() + router; }
  /// Without embedding, learned positions, head and router: the N of Krajewski, Ludziejewski et al.
  /// 2024 (arXiv 2402.07871), which leaves out norms and biases as well.
  std::uint64_t total_no_embedding() const { return experts + always_used(); }
  std::uint64_t active_no_embedding() const { return active_experts + always_used(); }

 private:
  std::uint64_t outside_blocks() const { return embedding + positions + head; }
  std::uint64_t always_used() const { return attention + norms + dense_ff + shared_experts; }
};

/// Throws InvalidArgument for a shape that contradicts itself or is too large for 64 bits.
inline ParameterCount count_parameters(const ModelShape& shape) {
  require_consistent(shape);
  const Exact d = shape.d_model, blocks = shape.num_blocks, routed = shape.num_routed_blocks();
  const Exact embedding = Exact(shape.vocab_size) * d;
  const Exact positions = Exact(shape.num_positions) * d;
  const Exact head =
      (shape.tied ? Exact(0) : embedding) + (shape.head_bias ? Exact(shape.vocab_size) : Exact(0));
  const Exact attention = mixing_part(shape).all();
  const Exact norms = blocks * norms_part(shape).all() + norm_weights(shape, d);
  const Exact dense_ff = (blocks - routed) * feed_forward_part(shape, shape.d_ff).all();
  const Exact experts = routed * shape.num_experts * expert_part(shape).all();
  const Exact active_experts = routed * shape.top_k * expert_part(shape).all();
  const Exact shared = routed * shared_part(shape).all();
  const Exact router = routed * router_part(shape).all();
  const Exact mtp = Exact(shape.num_mtp_blocks) * mtp_part(shape, shape.num_experts).all();
  const Exact mtp_active = Exact(shape.num_mtp_blocks) * mtp_part(shape, shape.top_k).all();
  // The largest of all sums: throws where it does not fit.
  static_cast<void>(embedding + positions + head + attention + norms + dense_ff + experts + shared +
                    router);

  ParameterCount out;
  out.embedding = embedding.value();
  out.positions = positions.value();
  out.head = head.value();
  out.attention = attention.value();
  out.norms = norms.value();
  out.dense_ff = dense_ff.value();
  out.experts = experts.value();
  out.active_experts = active_experts.value();
  out.shared_experts = shared.value();
  out.router = router.value();
  out.mtp = mtp.value();
  out.mtp_active = mtp_active.value();
  return out;
}

}  // namespace isoflop
