/// What a law of hyperparameters does not hold for, in words.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "isoflop/api/hyperparameter_choice.hpp"

namespace isoflop::text {

/// "N 7B > 1B, D 1B < 2B"; "" where nothing is outside.
std::string outside_range(const std::vector<OutsideRange>& outside);

/// The same of several runs: of each quantity, the farthest above and below.
std::string outside_range(const std::vector<std::vector<OutsideRange>>& runs);

/// A learning rate for people, "1.632e-03"; with "!" where something is outside, "-" for none.
std::string learning_rate(const std::optional<double>& lr,
                          const std::vector<OutsideRange>& outside);

/// Which law the batches and learning rates of these runs are of, and what it does not hold for,
/// with line ends; "" without a law. batch_is_said: somebody gave the batch.
std::string hyperparameters_text(const std::optional<HyperparameterLaw>& law, bool batch_is_said,
                                 const std::vector<std::vector<OutsideRange>>& outside);

}  // namespace isoflop::text
