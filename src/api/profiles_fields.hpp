// The fields of the request of profiles.
#pragma once

#include "api/fields.hpp"
#include "isoflop/api/profiles.hpp"

namespace isoflop::api {

void list_fields(FieldVisitor& f, ProfilesRequest& request);

}  // namespace isoflop::api
