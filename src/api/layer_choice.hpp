// The fields of layers of experts in requests.
#pragma once

#include "api/fields.hpp"
#include "isoflop/api/layer_choice.hpp"

namespace isoflop::api {

void list_fields(FieldVisitor& f, LayerChoice& choice);

}  // namespace isoflop::api
