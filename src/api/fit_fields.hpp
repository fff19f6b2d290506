// The fields of the request of a fit.
#pragma once

#include "api/fields.hpp"
#include "isoflop/api/fit.hpp"

namespace isoflop::api {

void list_fields(FieldVisitor& f, FitRequest& request);

}  // namespace isoflop::api
