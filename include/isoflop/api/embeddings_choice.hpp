/// How many embedding weights there are beside the blocks: a vocabulary, or the config.json of a
/// model, which says it with its own.
#pragma once

#include <optional>
#include <string>

namespace isoflop::api {

struct EmbeddingsChoice {
  std::optional<double> vocab;
  bool tied = false;  ///< embedding and head of `vocab` are one
  std::string shape;  ///< a model's config.json: vocabulary, tied or not, d_model / n_blocks
};

}  // namespace isoflop::api
