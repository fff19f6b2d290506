#pragma once

#include "api/fields.hpp"
#include "isoflop/api/hyperparameter_choice.hpp"

namespace isoflop::api {

void list_fields(FieldVisitor& f, HyperparameterChoice& choice);

/// [{"quantity", "value", "range": [low, high]}, …]
nlohmann::ordered_json outside_json(const std::vector<OutsideRange>& outside);

}  // namespace isoflop::api
