#pragma once

#include "api/fields.hpp"
#include "isoflop/api/granularity.hpp"

namespace isoflop::api {

void list_fields(FieldVisitor& f, GranularityRequest& request);

}  // namespace isoflop::api
