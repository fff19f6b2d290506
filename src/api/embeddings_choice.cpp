#include "api/embeddings_choice.hpp"

#include "isoflop/error.hpp"
#include "isoflop/io/model_config.hpp"

namespace isoflop::api {

void list_fields(FieldVisitor& f, EmbeddingsChoice& choice) {
  f.number("vocab", choice.vocab, Numbers::kPositive);
  f.flag("tied", choice.tied);
  f.file("shape", choice.shape);
}

double embedding_rows(const EmbeddingsChoice& choice) {
  if (!choice.shape.empty()) {
    if (choice.vocab || choice.tied) {
      throw InvalidArgument(choice.vocab ? "vocab" : "tied",
                            field("shape") +
                                " says the vocabulary and whether it is tied; leave out " +
                                field("vocab") + " and " + field("tied"));
    }
    const ModelShape model = read_model_config(choice.shape);
    return static_cast<double>(model.vocab_size) * (model.tied ? 1.0 : 2.0);
  }
  if (choice.vocab) return *choice.vocab * (choice.tied ? 1.0 : 2.0);
  if (choice.tied) {
    throw InvalidArgument("vocab", field("tied") + " says something of " + field("vocab") +
                                       ", which is missing");
  }
  return 0.0;
}

ModelShapeRule family_of(const EmbeddingsChoice& choice) {
  ModelShapeRule out;
  if (choice.shape.empty()) return out;
  const ModelShape model = read_model_config(choice.shape);
  out.width_per_block = static_cast<double>(model.d_model) / static_cast<double>(model.num_blocks);
  return out;
}

}  // namespace isoflop::api
