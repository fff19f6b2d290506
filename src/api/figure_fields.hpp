// The fields of a figure's request.
#pragma once

#include "api/fields.hpp"
#include "isoflop/api/figure.hpp"

namespace isoflop::api {

void list_fields(FieldVisitor& f, FigureRequest& request);

}  // namespace isoflop::api
