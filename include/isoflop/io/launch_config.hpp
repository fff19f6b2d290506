/// A model and its training as the programs that train models want to be told: arguments of
/// Megatron-LM, the config.json of a model in the Python package transformers, or a configuration
/// module of torchtitan; written, and read back as the same numbers.
///
/// Names are those of Megatron-LM's megatron/training/arguments.py (2025), of transformers 4 and 5,
/// and of torchtitan 0.3.0. What a plan does not settle (data, tokenizer, GPUs, and the learning
/// rate where no law of hyperparameters gives one) is left to whoever launches.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isoflop/shape/model_shape.hpp"

namespace isoflop {

enum class LaunchFormat { kMegatron, kHuggingFace, kTorchtitan };

/// "megatron", "hf", "torchtitan", in the order of the enumerators.
std::vector<std::string_view> launch_formats();

struct LaunchConfig {
  ModelShape shape;
  std::uint64_t global_batch_size = 0;  ///< sequences of shape.seq_len tokens
  std::uint64_t num_steps = 0;
  std::uint64_t micro_batch_size = 1;  ///< sequences that a GPU sees at once
  std::uint64_t expert_parallel = 1;   ///< GPUs that share the experts of a block
  /// Peak learning rate, > 0; nothing where nobody gave one, and nothing is written of it.
  std::optional<double> lr;

  std::uint64_t batch_tokens() const { return global_batch_size * shape.seq_len; }
  std::uint64_t tokens() const { return batch_tokens() * num_steps; }
  bool operator==(const LaunchConfig&) const = default;
};

/// The batch in tokens where nobody said one: the largest power of two up to 2^22 (4.19 million)
/// that leaves a run of this many tokens 10,000 steps, and at least 2^14. A convention: between the
/// 0.5 million of Krajewski, Ludziejewski et al. 2024 (arXiv 2402.07871) and the 4 million that
/// large runs settle on, and smaller for short runs.
std::uint64_t default_batch_tokens(double tokens);

/// The run of a shape: as many whole sequences as fit into the batch (at least one), and as many
/// steps as see all tokens, ceil(tokens / batch). Throws InvalidArgument unless both are at least
/// 1, for more than 2^53 tokens, and where experts are not shared evenly.
LaunchConfig launch_config(const ModelShape& shape, double tokens, double batch_tokens,
                           std::uint64_t expert_parallel = 1, std::uint64_t micro_batch_size = 1);

/// Throws InvalidArgument for a shape that the format cannot say.
std::string write_launch(LaunchFormat format, const LaunchConfig& config);

/// The inverse of write_launch. Throws DataError(origin, …) for what it would not have written.
LaunchConfig read_launch(LaunchFormat format, std::string_view text, const std::string& origin);

}  // namespace isoflop
