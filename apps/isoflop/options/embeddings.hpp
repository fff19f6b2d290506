// How many embedding weights there are beside the blocks, as a command line says it: --vocab and
// --tied, or the config.json of --shape.
#pragma once

#include <string>

#include "isoflop/core/model_shape_rule.hpp"

namespace CLI {
class App;
}

namespace isoflop::app {

struct EmbeddingArguments {
  std::string vocab, shape;
  bool tied = false;

  void add(CLI::App& command);
  /// Rows of d_model weights of embedding and head; 0 where nobody said. Throws UsageError where
  /// the words contradict each other, DataError for the file.
  double rows() const;
  /// d_model over n_blocks as in --shape, else 64.
  ModelShapeRule family() const;
  /// "100608 rows of d_model = 128 n_blocks"; empty where nobody said.
  std::string describe() const;
};

}  // namespace isoflop::app
