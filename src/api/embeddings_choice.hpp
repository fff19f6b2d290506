#pragma once

#include "api/fields.hpp"
#include "isoflop/api/embeddings_choice.hpp"

namespace isoflop::api {

void list_fields(FieldVisitor& f, EmbeddingsChoice& choice);

/// Rows of d_model weights of embedding and head; 0 where nobody said. Throws InvalidArgument where
/// the choice contradicts itself, DataError for the file.
double rows_of(const EmbeddingsChoice& choice);

}  // namespace isoflop::api
