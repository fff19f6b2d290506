// The fields of a predict request.
#pragma once

#include "api/fields.hpp"
#include "isoflop/api/predict.hpp"

namespace isoflop::api {

void list_fields(FieldVisitor& f, PredictRequest& request);

}  // namespace isoflop::api
