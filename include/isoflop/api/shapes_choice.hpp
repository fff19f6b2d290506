/// Models that can be built around a plan, and the run of one of them for a trainer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace isoflop::api {

struct ShapesChoice {
  bool shapes = false;  ///< the best models that can be built, for every budget
  std::optional<std::uint64_t> multiple_of, expert_multiple_of, head_dim;
  std::optional<std::uint64_t> expert_parallel;  ///< GPUs that share the experts evenly
  std::optional<double> depth_tolerance;         ///< factor that d_model / n_blocks may be off
  bool gated = false, plain = false;             ///< three or two matrices a feed-forward layer
  std::optional<std::uint64_t> vocab_size;
  bool tied_head = false;
  std::optional<std::uint64_t> seq_length;
  std::string emit;  ///< a trainer, "megatron", "hf" or "torchtitan": the run of a shape for it
  std::optional<std::uint64_t> rank;   ///< which of the shapes; the best is 1
  std::optional<double> batch_tokens;  ///< global batch
};

}  // namespace isoflop::api
