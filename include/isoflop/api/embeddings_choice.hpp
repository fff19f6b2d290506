/// How many embedding weights there are beside the blocks: a vocabulary, or the config.json of a
/// model, which says it with its own.
#pragma once

#include <optional>
#include <string>

#include "isoflop/core/model_shape_rule.hpp"

namespace isoflop::api {

struct EmbeddingsChoice {
  std::optional<double> vocab;
  bool tied = false;  ///< embedding and head of `vocab` are one
  std::string shape;  ///< a model's config.json: vocabulary, tied or not, d_model / n_blocks
};

/// Rows of d_model weights of embedding and head; 0 where nobody said. Throws InvalidArgument where
/// the choice contradicts itself, DataError for the file.
double embedding_rows(const EmbeddingsChoice& choice);

/// d_model over n_blocks as in the shape, else that of every family. Throws DataError for the file.
ModelShapeRule family_of(const EmbeddingsChoice& choice);

}  // namespace isoflop::api
