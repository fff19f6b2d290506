/// What a plan has to keep to beside its budget.
#pragma once

#include <optional>
#include <string>

namespace isoflop::api {

struct LimitsChoice {
  /// Tokens that are there: beyond them they repeat and are worth less (Muennighoff et al. 2023).
  std::optional<double> unique_tokens;
  std::optional<double> inference_tokens;  ///< to be served, which the budget pays for too
  std::optional<double> max_n_active;
  std::optional<double> min_d;
  std::optional<double> tokens_per_parameter;  ///< per active one, held exactly
  std::optional<double> max_memory_gb;         ///< of one GPU, 1e9 bytes each
  std::string memory = "training";             ///< what that memory is for, or "inference"
  std::optional<double> shard_over;            ///< GPUs that these bytes are spread over
  std::optional<double> batch;                 ///< sequences served at once
  std::optional<double> context;               ///< tokens cached per sequence
  std::optional<double> embedding_rows;        ///< of d_model weights beside N that take memory
  std::optional<double> max_ms_per_token;      ///< to decode one token of one sequence
  std::optional<double> memory_bandwidth;      ///< bytes per second
};

}  // namespace isoflop::api
