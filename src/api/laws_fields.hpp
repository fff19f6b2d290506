// The fields of a laws request.
#pragma once

#include "api/fields.hpp"
#include "isoflop/api/laws.hpp"

namespace isoflop::api {

void list_fields(FieldVisitor& f, LawsRequest& request);

}  // namespace isoflop::api
