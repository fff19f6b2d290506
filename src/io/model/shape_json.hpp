// The fields of a shape under their own names, and what they hold. Private to src/io.
#pragma once

#include <string_view>

#include "config_fields.hpp"
#include "config_rule.hpp"
#include "isoflop/shape/model_shape.hpp"

namespace isoflop::detail {

/// The inverse of shape_to_json.
ModelShape shape_from_json(const ConfigFields& fields);

FieldKind kind_of_shape_field(std::string_view name);

}  // namespace isoflop::detail
