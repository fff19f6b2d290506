#pragma once

#include "api/fields.hpp"
#include "isoflop/api/plan.hpp"

namespace isoflop::api {

void list_fields(FieldVisitor& f, PlanRequest& request);

}  // namespace isoflop::api
