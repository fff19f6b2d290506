// The fields of the request of a sensitivity study.
#pragma once

#include "api/fields.hpp"
#include "isoflop/api/sensitivity.hpp"

namespace isoflop::api {

void list_fields(FieldVisitor& f, SensitivityRequest& request);

}  // namespace isoflop::api
