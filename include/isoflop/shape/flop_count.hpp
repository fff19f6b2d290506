/// FLOPs per token under three accountings, exactly. Training is forward and backward, the backward
/// pass taken as twice the forward; inference is the forward pass of one token.
///   6nd          6 N (inference 2 N), N = all active parameters, embedding, head and router among
///                them, as in Hoffmann et al. 2022 (arXiv 2203.15556) and Ludziejewski et al. 2025
///                (arXiv 2502.05172).
///   paper        6 N + c_r d E' per routed block, N = active parameters without embedding, head
///   and
///                router: Krajewski, Ludziejewski et al. 2024, arXiv 2402.07871, Eq. 11, c_r = 14
///                (6 for the router's linear layer, 8 for dispatch and combine). The paper's N is
///                12 d^2 per block; ours counts norms and biases too. Inference: a third of it.
///   transformer  6 per weight of every matrix that a token meets, head and router among them, and
///                the attention scores: per block 6 T h (q + v) with T = seq_len tokens in view, h
///                heads, queries and keys q and values v wide, as 12 T h q in Chowdhery et al. 2022
///                (PaLM, arXiv 2204.02311), Appendix B, and Hoffmann et al. 2022, Appendix F: the
///                causal mask does not halve it; in a block with a window T is at most that. Of a
///                linear attention or state-space layer its matrices are counted and not its state.
///                Inference: a third of it. Left out: the look-up of embeddings, norms, biases,
///                softmax and activations.
/// Further-token prediction (mtp) is in none of them.
#pragma once

#include <algorithm>
#include <cstdint>

#include "isoflop/shape/block_parts.hpp"
#include "isoflop/shape/exact.hpp"
#include "isoflop/shape/model_shape.hpp"
#include "isoflop/shape/parameter_count.hpp"

namespace isoflop {

/// FLOPs per token.
struct FlopCount {
  std::uint64_t six_nd = 0, paper = 0;
  std::uint64_t transformer = 0;  ///< 0 where the shape does not say its seq_len
};

inline constexpr std::uint64_t kPaperRouterCost = 14;

/// Weights of all matrices that one token meets, head included.
inline Exact active_matrix_weights(const ModelShape& shape) {
  const Exact routed = shape.num_routed_blocks();
  const Exact in_routed = Exact(shape.top_k) * expert_part(shape).matrices +
                          shared_part(shape).matrices + router_part(shape).matrices;
  return mixing_part(shape).matrices +
         (Exact(shape.num_blocks) - routed) * feed_forward_part(shape, shape.d_ff).matrices +
         routed * in_routed + Exact(shape.vocab_size) * shape.d_model;
}

/// FLOPs per token of all attention scores, forward: a multiplication and an addition for each
/// component of a key and of a value, for each of seq_len tokens, or as many as a window holds.
inline Exact score_flops(const ModelShape& shape) {
  const Exact windowed = shape.num_window_blocks;
  const Exact tokens = (Exact(shape.num_attention_blocks()) - windowed) * shape.seq_len +
                       windowed * std::min(shape.seq_len, shape.window);
  return Exact(2) * tokens * shape.num_heads * (Exact(shape.qk_dim()) + shape.v_dim());
}

/// router_cost: c_r of the accounting `paper`. Throws InvalidArgument for a shape that contradicts
/// itself or is too large for 64 bits.
inline FlopCount training_flops(const ModelShape& shape,
                                std::uint64_t router_cost = kPaperRouterCost) {
  const ParameterCount params = count_parameters(shape);
  const Exact routing = Exact(router_cost) * shape.d_model * shape.num_experts;
  const Exact paper = Exact(6) * params.active_no_embedding() + shape.num_routed_blocks() * routing;
  const Exact forward =
      shape.seq_len == 0 ? Exact(0) : Exact(2) * active_matrix_weights(shape) + score_flops(shape);
  return {(Exact(6) * params.active()).value(), paper.value(), (Exact(3) * forward).value()};
}

/// The same for one token of inference with seq_len tokens in view. `paper` is rounded to the
/// nearest whole number, since c_r need not be a multiple of 3.
inline FlopCount inference_flops(const ModelShape& shape,
                                 std::uint64_t router_cost = kPaperRouterCost) {
  const FlopCount training = training_flops(shape, router_cost);
  return {training.six_nd / 3, training.paper / 3 + (training.paper % 3 == 2 ? 1 : 0),
          training.transformer / 3};
}

}  // namespace isoflop
