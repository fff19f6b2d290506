#include "apps/isoflop/options/embeddings.hpp"

#include <CLI/CLI.hpp>

#include "apps/isoflop/verbs.hpp"
#include "apps/words/words.hpp"
#include "isoflop/io/model_config.hpp"
#include "isoflop/io/number.hpp"

namespace isoflop::app {

void EmbeddingArguments::add(CLI::App& command) {
  command
      .add_option("--vocab", vocab,
                  "vocabulary of the models, where an N with embeddings meets one without")
      ->type_name("V");
  command.add_flag("--tied", tied, "embedding and head of --vocab are one");
  command
      .add_option("--shape", shape,
                  "a model's config.json: vocabulary, tied or not, and d_model / n_blocks")
      ->type_name("FILE");
}

double EmbeddingArguments::rows() const {
  if (!shape.empty()) {
    if (!vocab.empty() || tied) {
      throw UsageError(
          "--shape says the vocabulary and whether it is tied; leave out --vocab and --tied");
    }
    const ModelShape model = read_model_config(shape);
    return static_cast<double>(model.vocab_size) * (model.tied ? 1.0 : 2.0);
  }
  if (vocab.empty()) {
    if (tied) throw UsageError("--tied says something of --vocab, which is missing");
    return 0.0;
  }
  return positive_argument("--vocab", vocab) * (tied ? 1.0 : 2.0);
}

ModelShapeRule EmbeddingArguments::family() const {
  ModelShapeRule out;
  if (shape.empty()) return out;
  const ModelShape model = read_model_config(shape);
  out.width_per_block = static_cast<double>(model.d_model) / static_cast<double>(model.num_blocks);
  return out;
}

std::string EmbeddingArguments::describe() const {
  const double all = rows();
  if (all == 0.0) return "";
  return format_number(all) +
         " rows of embeddings, d_model = " + format_number(family().width_per_block) + " n_blocks";
}

}  // namespace isoflop::app
