#pragma once

#include "api/fields.hpp"
#include "isoflop/api/embeddings_choice.hpp"

namespace isoflop::api {

void list_fields(FieldVisitor& f, EmbeddingsChoice& choice);

}  // namespace isoflop::api
