#include "api/embeddings_choice.hpp"

#include "isoflop/convention/of_shape.hpp"
#include "isoflop/error.hpp"
#include "isoflop/io/model_config.hpp"

namespace isoflop::api {

void list_fields(FieldVisitor& f, EmbeddingsChoice& choice) {
  f.number("vocab", choice.vocab, Numbers::kPositive);
  f.flag("tied", choice.tied);
  f.file("shape", choice.shape);
}

double rows_of(const EmbeddingsChoice& choice) {
  if (!choice.shape.empty()) {
    if (choice.vocab || choice.tied) {
      throw InvalidArgument(choice.vocab ? "vocab" : "tied",
                            field("shape") +
                                " says the vocabulary and whether it is tied; leave out " +
                                field("vocab") + " and " + field("tied"));
    }
    return embedding_rows(read_model_config(choice.shape));
  }
  if (choice.vocab) return *choice.vocab * (choice.tied ? 1.0 : 2.0);
  if (choice.tied) {
    throw InvalidArgument(
        "vocab", field("tied") + " says something of " + field("vocab") + ", which is missing");
  }
  return 0.0;
}

}  // namespace isoflop::api
