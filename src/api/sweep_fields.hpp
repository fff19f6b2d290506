// The fields of the request of sweep.
#pragma once

#include "api/fields.hpp"
#include "isoflop/api/sweep.hpp"

namespace isoflop::api {

void list_fields(FieldVisitor& f, SweepRequest& request);

}  // namespace isoflop::api
