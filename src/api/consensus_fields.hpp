// The fields of a consensus request.
#pragma once

#include "api/fields.hpp"
#include "isoflop/api/consensus.hpp"

namespace isoflop::api {

void list_fields(FieldVisitor& f, ConsensusRequest& request);

}  // namespace isoflop::api
