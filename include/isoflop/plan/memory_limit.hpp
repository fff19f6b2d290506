/// Limits of a GPU as limits of a plan: bytes that a model may take, and the time that decoding a
/// token may.
#pragma once

#include "isoflop/plan/plan_problem.hpp"

namespace isoflop {

inline constexpr double kGigabyte = 1e9;

/// What the memory of one GPU has to hold.
struct MemoryLimit {
  double bytes = 0.0;
  /// Weights and KV cache at 2 bytes a number; else weights, gradients and optimizer state of AdamW
  /// in mixed precision, 16 bytes per parameter.
  bool serving = false;
  double num_gpus = 1.0;          ///< that these bytes are spread over
  double num_sequences = 1.0;     ///< served at once
  double cached_tokens = 4096.0;  ///< per sequence
  double embedding_rows = 0.0;    ///< of d_model weights beside N
};

/// Throws InvalidArgument where the problem's N counts embeddings, so that all parameters do not
/// follow from active ones.
void limit_memory(PlanProblem& problem, const MemoryLimit& limit);

/// At most the active parameters that are read once in this time: decoding one token of one
/// sequence reads each of them, 2 bytes.
void limit_latency(PlanProblem& problem, double seconds_per_token, double bytes_per_second);

}  // namespace isoflop
