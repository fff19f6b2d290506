#pragma once

#include "api/fields.hpp"
#include "isoflop/api/frontier.hpp"

namespace isoflop::api {

void list_fields(FieldVisitor& f, FrontierRequest& request);

}  // namespace isoflop::api
