// The fields of the request of a reproduction.
#pragma once

#include "api/fields.hpp"
#include "isoflop/api/reproduce.hpp"

namespace isoflop::api {

void list_fields(FieldVisitor& f, ReproduceRequest& request);

}  // namespace isoflop::api
