#pragma once

#include "api/fields.hpp"
#include "isoflop/api/next_runs.hpp"

namespace isoflop::api {

void list_fields(FieldVisitor& f, NextRunsRequest& request);

}  // namespace isoflop::api
