/// The learning rate and batch that a law of hyperparameters gives a model and its tokens, and what
/// of them lies outside the runs behind the law.
///
/// N is counted from the parts of the model as the law's n_means says, C as its c_means; d_model,
/// n_blocks, seq_len are the model's; E = experts / K, G = d_ff / width of an expert, K experts per
/// token, each 1 for a dense model.
#pragma once

#include <optional>
#include <vector>

#include "isoflop/laws/hyperparameter_law.hpp"
#include "isoflop/shape/model_shape.hpp"

namespace isoflop {

/// A quantity of a run that the runs behind a law did not reach.
struct OutsideRange {
  RunQuantity quantity;
  double value;
  Range range;

  bool is_above() const { return value > range.high; }
};

/// What is known of a run before its batch is: B is NaN. Throws InvalidArgument for a shape that
/// contradicts itself, and where the law's C needs the sequence length that the shape does not say.
/// tokens > 0.
RunQuantities quantities_of(const HyperparameterLaw& law, const ModelShape& shape, double tokens);

/// The batch in tokens, not rounded; nothing where the law gives none. Throws Error for a batch
/// that is no positive number.
std::optional<double> batch_of(const HyperparameterLaw& law, const ModelShape& shape,
                               double tokens);

struct RunHyperparameters {
  std::optional<double> lr;           ///< nothing where the law gives none
  std::vector<OutsideRange> outside;  ///< of what the law uses, and the batch where its range is
                                      ///< known
};

/// The learning rate with this batch. Throws as quantities_of does, and Error for a learning rate
/// that is no positive number. batch_tokens > 0.
RunHyperparameters hyperparameters_of(const HyperparameterLaw& law, const ModelShape& shape,
                                      double tokens, double batch_tokens);

}  // namespace isoflop
