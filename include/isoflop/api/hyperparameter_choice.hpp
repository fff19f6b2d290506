/// The law of learning rate and batch that a request names, and the run that it makes of a model
/// and its tokens.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "isoflop/io/launch_config.hpp"
#include "isoflop/laws/hyperparameter_law.hpp"
#include "isoflop/sweep/hyperparameters.hpp"

namespace isoflop::api {

struct HyperparameterChoice {
  /// A law that ships, or the path of a file; "" or "none": learning rates are nobody's, batches
  /// default_batch_tokens().
  std::string hyperparameters;
};

/// Nothing where none is chosen. Throws DataError for a name that is neither a law nor a file, or a
/// file that is no law.
std::optional<HyperparameterLaw> load_hyperparameters(const HyperparameterChoice& choice);

/// What is settled of a run before its hyperparameters are.
struct RunLayout {
  std::optional<double> batch_tokens;  ///< of whom it was asked; the law's, or the default, if not
  std::uint64_t expert_parallel = 1;   ///< GPUs that share the experts of a block
  std::uint64_t micro_batch_size = 1;  ///< sequences that a GPU sees at once
};

struct FilledRun {
  LaunchConfig config;
  std::vector<OutsideRange> outside;  ///< of the runs behind the law
};

/// The run of a model on so many tokens. A batch that was asked for, or is the default, is cut to
/// whole sequences; a law's is rounded to a number of sequences that divides well
/// (sequences_of_batch). The learning rate is that for the batch as rounded, to four significant
/// digits. Without a law config.lr is empty and the run that of launch_config(). Throws as
/// launch_config and hyperparameters_of do.
FilledRun filled_run(const std::optional<HyperparameterLaw>& law, const ModelShape& shape,
                     double tokens, const RunLayout& layout = {});

/// Whole sequences near `sequences` > 0, at least one: a multiple of `unit` (micro-batches on all
/// GPUs that are known of) and, where that moves it by at most a 32nd, of a power of two times it,
/// so that the batch divides over other numbers of GPUs too.
std::uint64_t sequences_of_batch(double sequences, std::uint64_t unit);

}  // namespace isoflop::api
