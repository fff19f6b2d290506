// The fields of a shape request.
#pragma once

#include "api/fields.hpp"
#include "isoflop/api/shape.hpp"

namespace isoflop::api {

void list_fields(FieldVisitor& f, ShapeRequest& request);

}  // namespace isoflop::api
