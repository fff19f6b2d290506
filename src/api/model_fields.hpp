// The fields of isoflop-bench model's request, for whatever visits them.
#pragma once

#include "api/fields.hpp"
#include "isoflop/api/model.hpp"

namespace isoflop::api {

void list_fields(FieldVisitor& f, ModelRequest& request);

}  // namespace isoflop::api
