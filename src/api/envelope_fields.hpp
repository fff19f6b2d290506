// The fields of the request of an envelope.
#pragma once

#include "api/fields.hpp"
#include "isoflop/api/envelope.hpp"

namespace isoflop::api {

void list_fields(FieldVisitor& f, EnvelopeRequest& request);

}  // namespace isoflop::api
